# SPDX-License-Identifier: Apache-2.0
"""Shadows of bodies on the ground."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.billboards import Plants
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.viewpoint import NEAR_M, Viewpoint
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light
from wpt_sim.scene import Actor

__all__ = [
    'Outlines',
    'contact_outlines',
    'crown_shadows',
    'darken',
    'joined',
    'mesh_shadows',
    'outlines',
]

_LOWEST_SUN = 0.03
"""Sine of the sun's elevation below which it casts no shadows."""
_CONTACT = ((0.50, 0.10), (0.36, 0.24), (0.24, 0.38), (0.12, 0.52), (0.0, 0.66), (-0.15, 0.78))
"""Margin around the footprint in m, and the share of sky light lost within it."""
_SHIFT = 4
_SAMPLES = 2
_RIM = 12
"""Corners of the shadow of a crown."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """N convex patches of ground, padded to K corners with their last one."""

    loops_m: Array
    """(N, K, 3) world frame."""
    values: Array
    """(N,): share of light lost."""
    centres_m: Array
    """(N, 3)."""
    radii_m: Array
    """(N,)."""

    def near(self, position_m: tuple[float, float], reach_m: float) -> 'Outlines':
        """Return those within a distance."""
        far = np.hypot(*(self.centres_m[:, :2] - position_m).T)
        kept = far < reach_m + self.radii_m
        return Outlines(
            self.loops_m[kept], self.values[kept], self.centres_m[kept], self.radii_m[kept]
        )


def outlines(loops_m: Sequence[Array], values: Sequence[float]) -> Outlines:
    """Stack loops (n, 2) of any lengths."""
    count = max((len(loop) for loop in loops_m), default=3)
    stack = np.zeros((len(loops_m), count, 3))
    for i, loop in enumerate(loops_m):
        stack[i, : len(loop), :2], stack[i, len(loop) :, :2] = loop, loop[-1]
    return _gathered(stack, np.asarray(values, float))


def _gathered(loops_m: Array, values: Array) -> Outlines:
    low, high = loops_m.min(axis=1), loops_m.max(axis=1)
    return Outlines(loops_m, values, (low + high) / 2, 0.5 * np.hypot(*(high - low)[:, :2].T))


def joined(one: Outlines, other: Outlines) -> Outlines:
    """Concatenate two sets of outlines."""
    count = max(one.loops_m.shape[1], other.loops_m.shape[1])
    stacks = [
        np.concatenate([p.loops_m, np.repeat(p.loops_m[:, -1:], count - p.loops_m.shape[1], 1)], 1)
        for p in (one, other)
    ]
    return Outlines(
        np.concatenate(stacks),
        np.concatenate([one.values, other.values]),
        np.concatenate([one.centres_m, other.centres_m]),
        np.concatenate([one.radii_m, other.radii_m]),
    )


def mesh_shadows(mesh: Mesh, world_from_body: Array, sun_direction: Array) -> list[Array]:
    """Return loops (n, 2) on the ground: shadows of the parts of a body."""
    if sun_direction[2] < _LOWEST_SUN:
        return []
    along = sun_direction[:2] / sun_direction[2]
    turn, place = world_from_body[:3, :3].T, world_from_body[:3, 3]
    points = mesh.vertices_m @ turn
    ground = (points[:, :2] - points[:, 2:] * along).astype(np.float32)
    hulls = [cv2.convexHull(ground[hull])[:, 0] for hull in mesh.hulls]
    return [hull.astype(np.float64) + place[:2] for hull in hulls]


def crown_shadows(plants: Plants, sun_direction: Array) -> list[Array]:
    """Return loops (n, 2) on the ground: shadows of all crowns and stems."""
    if sun_direction[2] < _LOWEST_SUN:
        return []
    along = sun_direction[:2] / sun_direction[2]
    away = along / max(float(np.hypot(*along)), 1e-6)
    side = np.array([-away[1], away[0]])
    angle = np.arange(_RIM) * (2 * np.pi / _RIM)
    loops = []
    for i, image in enumerate(plants.images):
        foot, tall = plants.feet_m[i, :2], float(plants.heights_m[i])
        broad = plants.widths_m[i] / image.aspect * (-1 if plants.mirrored[i] else 1)
        ragged = 1.0 + 0.12 * np.sin(angle * 4 + foot[0])
        ring = np.outer(np.cos(angle) * ragged, side)
        ring += np.outer(np.sin(angle) * ragged, away) / sun_direction[2]
        for right, up, radius in image.blobs:
            loops.append(
                foot + side * (right * broad) - along * (up * tall) + radius * tall * ring
            )
        width, tip = side * (0.016 * tall), foot - along * (0.6 * tall)
        loops.append(np.array([foot - width, foot + width, tip + 0.5 * width, tip - 0.5 * width]))
    return loops


def contact_outlines(actors: Sequence[Actor]) -> Outlines:
    """Return contact shadows: nested octagons where bodies block skylight."""
    margin, loss = np.array(_CONTACT).T
    size = np.array([(a.size.length_m, a.size.width_m, a.size.height_m) for a in actors])
    size = size.reshape(-1, 3, 1)
    reach = np.minimum(1.0, np.minimum(size[:, 2] / 1.2, size[:, 1]))
    x, y = 0.48 * size[:, 0] + margin * reach, 0.48 * size[:, 1] + margin * reach
    cut = 0.45 * np.minimum(x, y)
    along = np.stack([x - cut, cut - x, -x, -x, cut - x, x - cut, x, x], axis=-1)
    left = np.stack([y, y, y - cut, cut - y, -y, -y, cut - y, y - cut], axis=-1)
    poses = [(a.pose.x_m, a.pose.y_m, a.pose.yaw_rad) for a in actors]
    start_x, start_y, yaw = np.reshape(poses, (-1, 3, 1, 1)).transpose(1, 0, 2, 3)
    cos, sin = np.cos(yaw), np.sin(yaw)
    loops = np.stack(
        [
            start_x + cos * along - sin * left,
            start_y + sin * along + cos * left,
            np.zeros_like(along),
        ],
        axis=-1,
    )
    return _gathered(loops.reshape(-1, 8, 3), np.tile(loss, len(actors)))


def darken(viewpoint: Viewpoint, light: Light, *, sunless: Outlines, contacts: Outlines) -> None:
    """Darken the ground inside the outlines."""
    for patches, left in ((sunless, light.shadow_rgb), (contacts, np.zeros(3))):
        covered = _mask(viewpoint, patches)
        if covered is not None:
            area, share = covered
            kept = np.stack([left - 1.0, np.ones(3)], axis=1)
            viewpoint.buffer.light[area] *= cv2.transform(share, kept)


def _mask(viewpoint: Viewpoint, patches: Outlines) -> tuple[tuple[slice, slice], Float32] | None:
    """Return the image area of the outlines, and the largest value at every pixel."""
    height, width = viewpoint.buffer.depth_m.shape
    loops, values = _pixel_loops(viewpoint, patches)
    if not len(loops):
        return None
    u, v = loops[..., 0], loops[..., 1]
    u0, u1 = (int(np.clip(edge, 0, width)) for edge in (u.min() - 2, u.max() + 4))
    v0, v1 = (int(np.clip(edge, 0, height)) for edge in (v.min() - 2, v.max() + 4))
    if u1 <= u0 or v1 <= v0:
        return None
    fine = np.zeros(((v1 - v0) * _SAMPLES, (u1 - u0) * _SAMPLES), np.uint8)
    local = (loops - (u0 - 0.5, v0 - 0.5)) * _SAMPLES - 0.5
    fixed = np.rint(np.clip(local, -1e5, 1e5) * (1 << _SHIFT)).astype(np.int32)
    order = np.argsort(values, kind='stable')
    levels = np.rint(255 * values[order]).tolist()
    for loop, level in zip(fixed[order], levels, strict=True):
        if viewpoint.straight:
            cv2.fillConvexPoly(fine, loop, level, 8, _SHIFT)
        else:
            cv2.fillPoly(fine, [loop], level, 8, _SHIFT)
    mask = cv2.resize(fine, (u1 - u0, v1 - v0), interpolation=cv2.INTER_AREA)
    blur = max(0.7, 2.5 * width / 1024)
    soft = cv2.GaussianBlur(mask, (0, 0), blur).astype(np.float32) / np.float32(255)
    area = (slice(v0, v1), slice(u0, u1))
    return area, soft * np.isfinite(viewpoint.buffer.depth_m[area])


def _pixel_loops(viewpoint: Viewpoint, patches: Outlines) -> tuple[Array, Array]:
    """Return visible outlines in pixels (n, K, 2) and their values."""
    seen = np.flatnonzero(viewpoint.intersects(patches.centres_m, patches.radii_m))
    loops_m, values = patches.loops_m[seen], patches.values[seen]
    in_camera = viewpoint.in_camera(loops_m)
    whole = (in_camera[..., 2].min(axis=1) > NEAR_M) & viewpoint.straight
    cut = [viewpoint.outline(in_camera[i]) for i in np.flatnonzero(~whole)]
    count = max([loops_m.shape[1], *map(len, cut)])
    pixels = np.zeros((len(seen), count, 2))
    some = viewpoint.pixels(in_camera[whole])
    pixels[whole, : some.shape[1]], pixels[whole, some.shape[1] :] = some, some[:, -1:]
    for i, loop in zip(np.flatnonzero(~whole), cut, strict=True):
        pixels[i, : len(loop)], pixels[i, len(loop) :] = loop, loop[-1:] if len(loop) else 0.0
    kept = whole.copy()
    kept[~whole] = [len(loop) > 2 for loop in cut]
    return pixels[kept], values[kept]
