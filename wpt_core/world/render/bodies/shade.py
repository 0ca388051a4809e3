# SPDX-License-Identifier: Apache-2.0
"""How much light each corner of a face sends to the eye."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import Eye
from wpt_core.world.render.bodies.mesh import Role
from wpt_core.world.render.bodies.raster import Placed, Shade
from wpt_core.world.render.light import Light
from wpt_core.world.scene import Lights

__all__ = ['emission', 'headlight', 'lit', 'shades']

_BLINK_HZ = 1.5
_GROUND_ALBEDO = 0.16
"""Of road and grass together, for the light they throw back at what stands on them."""
_RETRO = 14.0
"""How much brighter a reflector is than white paint, seen from the lamps that light it."""
_HEAD_RGB = np.array([1.0, 0.93, 0.80])
_RED_RGB = np.array([1.0, 0.035, 0.02])
_AMBER_RGB = np.array([1.0, 0.36, 0.02])
_ROOM_RGB = np.array([1.0, 0.72, 0.38])


def emission(lights: Lights, light: Light, time_s: float) -> NDArray[np.float64]:
    """(roles, 3) radiance that lamps send by themselves."""
    table = np.zeros((len(Role), 3))
    burning = light.lamps or lights.head
    blink = (time_s * _BLINK_HZ) % 1.0 < 0.5
    table[Role.HEAD] = _HEAD_RGB * (14.0 if burning else 0.0)
    table[Role.TAIL] = _RED_RGB * (3.2 if lights.brake else 0.55 if burning else 0.0)
    table[Role.BRAKE] = _RED_RGB * (3.2 if lights.brake else 0.0)
    table[Role.LEFT] = _AMBER_RGB * (2.6 if lights.left_indicator and blink else 0.0)
    table[Role.RIGHT] = _AMBER_RGB * (2.6 if lights.right_indicator and blink else 0.0)
    table[Role.PANE] = _ROOM_RGB * (0.16 if light.headlights else 0.0)
    return table


def shades(
    eye: Eye, bodies: Sequence[Placed], light: Light, glows: Sequence[NDArray[np.float64]]
) -> list[Shade]:
    """The looks of all bodies, worked out at once because that is faster."""
    if not bodies:
        return []
    colours = _corner_colours(eye, _faces(bodies, glows), light)
    ends = np.cumsum([len(body.faces) for body in bodies])
    return [
        _linear(body, colours[end - len(body.faces) : end])
        for body, end in zip(bodies, ends.tolist(), strict=True)
    ]


def _linear(body: Placed, colours: NDArray[np.float64]) -> Shade:
    """From corner colours (n, 4, 3) to linear functions of the ray."""
    mesh, faces = body.mesh, body.faces
    rotation = body.camera_from_body[:3, :3]
    normals = mesh.normals[faces]
    reach = mesh.offsets_m[faces] - normals @ body.eye_m
    inverse = (normals @ rotation.T) / reach[:, None]
    slopes = mesh.gradients[faces] @ colours
    from_middle = body.eye_m - mesh.middles_m[faces]
    at_eye = colours.mean(axis=1) + (from_middle[:, None] @ slopes)[:, 0]
    result = np.empty((len(faces), 3, 4), np.float32)
    result[:, :, 0] = inverse
    result[:, :, 1:] = rotation @ slopes + inverse[:, :, None] * at_eye[:, None]
    return Shade(result, colours.max(axis=(1, 2)).astype(np.float32))


@dataclass(frozen=True, eq=False, slots=True)
class _Faces:
    """Faces of several bodies in the world frame."""

    normals: NDArray[np.float64]
    """(n, 4, 3) at the corners."""
    corners_m: NDArray[np.float64]
    """(n, 4, 3)."""
    rgb: NDArray[np.float64]
    """(n, 1, 3)."""
    gloss: NDArray[np.float64]
    """(n, 1, 1)."""
    own: NDArray[np.float64]
    """(n, 1, 3) radiance of lamps."""
    retro: NDArray[np.bool_]
    """(n, 1, 1)."""


def _faces(bodies: Sequence[Placed], glows: Sequence[NDArray[np.float64]]) -> _Faces:
    turns = [body.world_from_body[:3, :3].T for body in bodies]
    normals, corners, rgb, gloss, own, retro = [], [], [], [], [], []
    for body, turn, glow in zip(bodies, turns, glows, strict=True):
        mesh, faces = body.mesh, body.faces
        roles = mesh.roles[faces]
        normals.append(mesh.corner_normals[faces] @ turn)
        corners.append(mesh.corners_m[faces] @ turn + body.world_from_body[:3, 3])
        rgb.append(mesh.rgb[faces])
        gloss.append(mesh.gloss[faces])
        own.append(glow[roles])
        retro.append(roles == Role.RETRO)
    return _Faces(
        np.concatenate(normals),
        np.concatenate(corners),
        np.concatenate(rgb)[:, None],
        np.concatenate(gloss)[:, None, None],
        np.concatenate(own)[:, None],
        np.concatenate(retro)[:, None, None],
    )


def lit(
    normals: NDArray[np.float64],
    points_m: NDArray[np.float64],
    eye: Eye,
    light: Light,
) -> NDArray[np.float64]:
    """Illumination (..., 3) of matt surfaces at world points with world normals (..., 3)."""
    up = normals[..., 2:]
    total = light.sky_rgb * (0.55 + 0.45 * up)
    total = total + light.ground_rgb * _GROUND_ALBEDO * (0.5 - 0.5 * up)
    if light.sun_rgb.any():
        facing = np.maximum(normals @ light.sun_direction, 0.0)
        total = total + light.sun_rgb * facing[..., None]
    if light.headlights > 0:
        total = total + headlight(normals, points_m, eye, light)[..., None]
    result: NDArray[np.float64] = total
    return result


def headlight(
    normals: NDArray[np.float64],
    points_m: NDArray[np.float64],
    eye: Eye,
    light: Light,
) -> NDArray[np.float64]:
    """What the own headlights put on surfaces (...)."""
    towards = eye.place_m - points_m
    facing = (normals * towards).sum(axis=-1) / np.linalg.norm(towards, axis=-1)
    base = points_m @ eye.base_from_world[:3, :3].T + eye.base_from_world[:3, 3]
    result: NDArray[np.float64] = light.headlight(base) * np.maximum(facing, 0.0)
    return result


def _corner_colours(eye: Eye, faces: _Faces, light: Light) -> NDArray[np.float64]:
    """(n, 4, 3) radiance that reaches the eye through the air."""
    sight = faces.corners_m - eye.place_m
    distance = np.sqrt((sight * sight).sum(axis=-1, keepdims=True))
    sight /= distance
    colours = lit(faces.normals, faces.corners_m, eye, light) * faces.rgb
    if light.headlights > 0 and faces.retro.any():
        beam = headlight(faces.normals, faces.corners_m, eye, light)[..., None]
        colours += (_RETRO * beam) * faces.rgb * faces.retro
    colours += _mirrored(faces.normals, sight, faces.gloss, light)
    colours += faces.own
    clear = light.transmittance(distance)
    colours *= clear
    colours += light.haze_rgb * (1 - clear)
    return colours


def _mirrored(
    normals: NDArray[np.float64],
    sight: NDArray[np.float64],
    gloss: NDArray[np.float64],
    light: Light,
) -> NDArray[np.float64]:
    """Sky, ground and sun seen in the surface, with Fresnel's rise towards grazing angles."""
    across = -(normals * sight).sum(axis=-1, keepdims=True)
    bounced = sight + 2 * across * normals
    up = bounced[..., 2:]
    zenith = light.sky_rgb * 0.9
    sky = light.haze_rgb + (zenith - light.haze_rgb) * np.sqrt(np.clip(up, 0.0, 1.0))
    ground = light.ground_rgb * _GROUND_ALBEDO
    scenery = ground + (sky - ground) * np.clip(0.5 + up * 6.0, 0.0, 1.0)
    grazing = (1 - np.clip(across, 0.0, 1.0)) ** 5
    share = gloss + np.minimum(6 * gloss, 0.7) * (1 - gloss) * grazing
    if light.sun_rgb.any():
        spark = np.clip(bounced @ light.sun_direction, 0.0, 1.0) ** 48
        scenery = scenery + 6.0 * light.sun_rgb * spark[..., None]
    result: NDArray[np.float64] = share * scenery
    return result
