# SPDX-License-Identifier: Apache-2.0
"""Darkening of the ground under and beside bodies, before they are painted on it."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.world.render.bodies.eye import Eye
from wpt_core.world.render.bodies.raster import clip_near
from wpt_core.world.render.canvas import Float32
from wpt_core.world.render.light import Light
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.scene import Actor

__all__ = ['cast_outline', 'contact_outlines', 'darken', 'mesh_shadows']

_LOWEST_SUN = 0.03
"""Sine of the sun's elevation under which its light is too flat and weak to cast shadows."""
_CONTACT = ((0.45, 0.22), (0.18, 0.45), (0.0, 0.72))
"""Margin around the footprint in m, and the share of sky light lost within it."""
_SHIFT = 4
_SAMPLES = 2


def cast_outline(
    points_m: NDArray[np.float64], sun_direction: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """(n, 3) outline on the ground of the shadow of a convex body with these world points."""
    if sun_direction[2] < _LOWEST_SUN:
        return None
    along = sun_direction[:2] / sun_direction[2]
    ground = points_m[:, :2] - points_m[:, 2:] * along
    origin = ground[0]
    hull = cv2.convexHull((ground - origin).astype(np.float32))[:, 0].astype(np.float64)
    return np.column_stack([hull + origin, np.zeros(len(hull))])


def mesh_shadows(
    mesh: Mesh, world_from_body: NDArray[np.float64], sun_direction: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """Outlines of the shadows of a body's parts."""
    turn, place = world_from_body[:3, :3].T, world_from_body[:3, 3]
    outlines = (cast_outline(hull @ turn + place, sun_direction) for hull in mesh.hulls_m)
    return [outline for outline in outlines if outline is not None]


def contact_outlines(actor: Actor) -> list[tuple[NDArray[np.float64], float]]:
    """Where the body keeps the sky's light off the ground: outlines, and how much is lost."""
    world_from_body = lift(actor.pose)
    result = []
    reach = min(1.0, actor.size.height_m / 1.2)
    for margin, loss in _CONTACT:
        x = actor.size.length_m * 0.48 + margin * reach
        y = actor.size.width_m * 0.48 + margin * reach
        cut = 0.35 * min(x, y)
        loop = [(x - cut, y), (cut - x, y), (-x, y - cut), (-x, cut - y)]
        loop += [(cut - x, -y), (x - cut, -y), (x, cut - y), (x, y - cut)]
        points = np.array([(a, b, 0.0) for a, b in loop])
        result.append((points @ world_from_body[:3, :3].T + world_from_body[:3, 3], loss))
    return result


def darken(
    eye: Eye,
    light: Light,
    sunless: Iterable[NDArray[np.float64]],
    contacts: Iterable[tuple[NDArray[np.float64], float]],
) -> None:
    """Take the light away from the ground inside world outlines (n, 3)."""
    lost_sun = _mask(eye, [(outline, 1.0) for outline in sunless])
    lost_sky = _mask(eye, sorted(contacts, key=lambda item: item[1]))
    for mask, left in ((lost_sun, light.shadow_rgb), (lost_sky, np.zeros(3))):
        if mask is not None:
            area, share = mask
            loss = share[..., None] * (1.0 - left).astype(np.float32)
            eye.pane.light[area] *= 1.0 - loss


def _mask(
    eye: Eye, outlines: list[tuple[NDArray[np.float64], float]]
) -> tuple[tuple[slice, slice], Float32] | None:
    """Part of the picture that the outlines cover, and the value of the last one over it."""
    height, width = eye.pane.depth_m.shape
    loops = []
    for outline, value in outlines:
        loop = clip_near(eye.in_camera(outline))
        if len(loop) < 3:
            continue
        pixels = eye.pixels(_divided(loop) if not eye.straight else loop)
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        low, high = pixels.min(axis=0, initial=1e9), pixels.max(axis=0, initial=-1e9)
        if (high > -1).all() and low[0] < width and low[1] < height:
            loops.append((pixels, value, low, high))
    if not loops:
        return None
    u0, v0 = np.floor(np.clip(np.min([x[2] for x in loops], axis=0) - 2, 0, None)).astype(int)
    u1, v1 = np.ceil(
        np.minimum(np.max([x[3] for x in loops], axis=0) + 3, (width, height))
    ).astype(int)
    if u1 <= u0 or v1 <= v0:
        return None
    fine = np.zeros(((v1 - v0) * _SAMPLES, (u1 - u0) * _SAMPLES), np.uint8)
    for pixels, value, _, _ in loops:
        local = (pixels - (u0 - 0.5, v0 - 0.5)) * _SAMPLES - 0.5
        fixed = np.rint(np.clip(local, -1e5, 1e5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(fine, [fixed], round(255 * value), 8, _SHIFT)
    mask = cv2.resize(fine, (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(mask, (3, 3), 0.7).astype(np.float32) / np.float32(255)
    ground = np.isfinite(eye.pane.depth_m[v0:v1, u0:u1])
    return (slice(v0, v1), slice(u0, u1)), soft * ground


def _divided(loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The loop with seven more points on every edge, for lenses that bend lines."""
    step = np.linspace(0.0, 1.0, 8, endpoint=False)[None, :, None]
    ahead = np.roll(loop_m, -1, axis=0)
    return ((1 - step) * loop_m[:, None] + step * ahead[:, None]).reshape(-1, 3)
