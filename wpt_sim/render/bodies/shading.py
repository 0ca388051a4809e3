# SPDX-License-Identifier: Apache-2.0
"""Shading of faces: radiance towards the camera.

Light is computed in the body frames, for all bodies at once. Bodies are upright, so z points up in
all frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_sim.render.bodies.mesh import LampRole
from wpt_sim.render.bodies.raster import FaceShading, PlacedMesh
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light
from wpt_sim.scene import Lights

__all__ = ['emission', 'shade_bodies']

_BLINK_HZ = 1.5
_GROUND_ALBEDO = 0.16
"""Mean albedo of the ground, for light reflected onto bodies."""
_RETRO = 14.0
"""Brightness of a reflector relative to white paint, seen from its light source."""
_HEAD_RGB = np.array([1.0, 0.93, 0.80])
_RED_RGB = np.array([1.0, 0.035, 0.02])
_AMBER_RGB = np.array([1.0, 0.36, 0.02])
_ROOM_RGB = np.array([1.0, 0.72, 0.38])

Array = NDArray[np.float64]


def emission(lights: Lights, light: Light, time_s: float) -> Array:
    """Return the (roles, 3) radiance of lamps."""
    table = np.zeros((len(LampRole), 3))
    lamps_on = light.lamps or lights.head
    blink = (time_s * _BLINK_HZ) % 1.0 < 0.5
    table[LampRole.HEAD] = _HEAD_RGB * (14.0 if lamps_on else 0.0)
    table[LampRole.TAIL] = _RED_RGB * (3.2 if lights.brake else 0.55 if lamps_on else 0.0)
    table[LampRole.BRAKE] = _RED_RGB * (3.2 if lights.brake else 0.0)
    table[LampRole.LEFT] = _AMBER_RGB * (2.6 if lights.left_indicator and blink else 0.0)
    table[LampRole.RIGHT] = _AMBER_RGB * (2.6 if lights.right_indicator and blink else 0.0)
    table[LampRole.WINDOW] = _ROOM_RGB * (0.16 if light.headlights else 0.0)
    return table


def shade_bodies(
    bodies: Sequence[PlacedMesh], light: Light, glows: Sequence[Array]
) -> list[FaceShading]:
    """Shade all bodies in all views at once, because that is faster."""
    if not bodies:
        return []
    colours = _colours(_points(bodies, light, glows), light).T
    ends = np.cumsum([len(body.faces) * _per_face(body) for body in bodies]).tolist()
    return [
        _shade(body, part.reshape(len(body.faces), _per_face(body), 3))
        for body, part in zip(bodies, np.split(colours, ends[:-1]), strict=True)
    ]


def _per_face(body: PlacedMesh) -> int:
    """Return the number of shading points per face: its corners, or its middle."""
    return 4 if body.smooth else 1


def _shade(body: PlacedMesh, colours: Float32) -> FaceShading:
    """Convert colours (n, 4 or 1, 3) of faces to functions of the ray."""
    mesh, faces = body.mesh, body.faces
    rotation, normals = body.camera_from_body[:3, :3], mesh.normals[faces]
    reach = mesh.offsets_m[faces] - normals @ body.viewpoint_m
    inverse = (normals @ rotation.T) / reach[:, None]
    middles = np.zeros((len(faces) + 1, 4), np.float32)
    middles[1:, 3] = 1.0
    if not body.smooth:
        middles[1:, :3] = colours[:, 0]
        return FaceShading(_after_zeros(inverse), middles)
    middles[1:, :3] = colours.mean(axis=1)
    slopes = mesh.gradients[faces] @ colours
    from_middle = body.viewpoint_m - mesh.middles_m[faces]
    at_eye = middles[1:, :3] + (from_middle[:, None] @ slopes)[:, 0]
    over_depth = rotation @ slopes + inverse[:, :, None] * at_eye[:, None]
    return FaceShading(
        inverse=_after_zeros(inverse),
        middles=middles,
        linear=_after_zeros(over_depth.transpose(0, 2, 1)),
        ceiling=_after_zeros(colours.max(axis=(1, 2))),
    )


def _after_zeros(values: NDArray[np.floating[Any]]) -> Float32:
    table = np.zeros((len(values) + 1, *values.shape[1:]), np.float32)
    table[1:] = values
    return table


@dataclass(frozen=True, eq=False, slots=True)
class _Points:
    """N points on faces of several bodies; vectors in the frames of the bodies."""

    normals: Float32
    """(3, N)."""
    sight: Float32
    """(3, N) unit vectors from the camera."""
    distance_m: Float32
    """(N,) from the camera."""
    sunny: Float32
    """(N,) cosine between normal and sun, at least 0."""
    sparkling: Float32
    """(N,) cosine between the reflected view ray and the sun."""
    across: Float32
    """(N,) cosine between normal and direction to the camera."""
    beam: Float32
    """(N,) headlights of the ego on surfaces that face them."""
    surfaces: Float32
    """(5, N) as in the meshes."""
    own: Float32
    """(3, N) radiance of lamps."""


def _points(bodies: Sequence[PlacedMesh], light: Light, glows: Sequence[Array]) -> _Points:
    normals = _planes(np.concatenate([_normals(body) for body in bodies]))
    sight = _planes(np.concatenate([_positions_m(body) - body.viewpoint_m for body in bodies]))
    distance = np.sqrt(_dot(sight, sight))
    sight /= distance
    across = -_dot(normals, sight)
    suns = [body.world_from_body[:3, :3].T @ light.sun_direction for body in bodies]
    sun = _planes(np.repeat(suns, [len(body.faces) * _per_face(body) for body in bodies], axis=0))
    toward = _dot(normals, sun)
    own = [glow[body.mesh.roles[body.faces]] for glow, body in zip(glows, bodies, strict=True)]
    return _Points(
        normals=normals,
        sight=sight,
        distance_m=distance,
        sunny=np.maximum(toward, 0.0),
        sparkling=_dot(sight, sun) + 2.0 * across * toward,
        across=across,
        beam=_beams(bodies, light),
        surfaces=_at_points(bodies, [body.mesh.surfaces[body.faces] for body in bodies]),
        own=_at_points(bodies, own),
    )


def _at_points(bodies: Sequence[PlacedMesh], parts: Sequence[ArrayLike]) -> Float32:
    """Repeat values per face, (n, k) of each body, at all points: (k, N)."""
    rows = [
        np.repeat(part, 4, axis=0) if body.smooth else part
        for body, part in zip(bodies, parts, strict=True)
    ]
    return _planes(np.concatenate(rows))


def _normals(body: PlacedMesh) -> Array:
    mesh, faces = body.mesh, body.faces
    return mesh.corner_normals[faces].reshape(-1, 3) if body.smooth else mesh.normals[faces]


def _positions_m(body: PlacedMesh) -> Array:
    mesh, faces = body.mesh, body.faces
    return mesh.corners_m[faces].reshape(-1, 3) if body.smooth else mesh.middles_m[faces]


def _beams(bodies: Sequence[PlacedMesh], light: Light) -> Float32:
    """Return (N,) headlights of the ego at all points."""
    if light.headlights == 0.0:
        return np.zeros(sum(len(body.faces) * _per_face(body) for body in bodies), np.float32)
    base = []
    for body in bodies:
        base_from_body = body.viewpoint.base_from_world @ body.world_from_body
        base.append(_positions_m(body) @ base_from_body[:3, :3].T + base_from_body[:3, 3])
    return light.headlight(np.concatenate(base))


def _planes(rows: ArrayLike) -> Float32:
    """Transpose (N, k) to (k, N) for faster arithmetic."""
    return np.ascontiguousarray(np.asarray(rows).T, np.float32)


def _dot(a: Float32, b: Float32) -> Float32:
    result: Float32 = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return result


def _colours(points: _Points, light: Light) -> Float32:
    """Return (3, N) radiance at the camera, through haze."""
    sky, ground, sun, haze = (
        rgb.astype(np.float32)[:, None]
        for rgb in (light.sky_rgb, light.ground_rgb, light.sun_rgb, light.haze_rgb)
    )
    up, albedo, retro = points.normals[2], points.surfaces[:3], points.surfaces[4]
    beam = points.beam * np.maximum(points.across, 0.0)
    arriving = sky * (0.55 + 0.45 * up) + ground * (_GROUND_ALBEDO * (0.5 - 0.5 * up))
    arriving += sun * points.sunny
    arriving += beam * (1.0 + _RETRO * retro)
    colours = arriving * albedo
    colours += _mirrored(points, sky=sky, ground=ground, sun=sun, haze=haze)
    colours += points.own
    clear = light.transmittance(points.distance_m)
    colours *= clear
    colours += haze * (1 - clear)
    result: Float32 = colours
    return result


def _mirrored(
    points: _Points, *, sky: Float32, ground: Float32, sun: Float32, haze: Float32
) -> Float32:
    """Return reflections of sky, ground and sun, with the Fresnel effect."""
    up = points.sight[2] + 2 * points.across * points.normals[2]
    high = haze + (sky * 0.9 - haze) * np.sqrt(np.clip(up, 0.0, 1.0))
    low = ground * _GROUND_ALBEDO
    scenery = low + (high - low) * np.clip(0.5 + up * 6.0, 0.0, 1.0)
    grazing = (1 - np.clip(points.across, 0.0, 1.0)) ** 5
    gloss = points.surfaces[3]
    share = gloss + np.minimum(6 * gloss, 0.7) * (1 - gloss) * grazing
    if sun.any():
        scenery += 6.0 * sun * np.clip(points.sparkling, 0.0, 1.0) ** 48
    result: Float32 = share * scenery
    return result
