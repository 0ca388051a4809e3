# SPDX-License-Identifier: Apache-2.0
"""Light pools of other vehicles' headlamps on the road.

Pools are smooth, so they are rendered at a quarter of the resolution and then enlarged.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.projection import LEAST_INVERSE, image_from_ray
from wpt_sim.render.bodies.viewpoint import Viewpoint
from wpt_sim.render.canvas import Float32, tinted
from wpt_sim.render.light import HEADLAMPS_IN_BASE, Light
from wpt_sim.scene import Actor, Kind

__all__ = ['LightPools', 'add_pools', 'light_pools']

_VEHICLES = (Kind.CAR, Kind.VAN, Kind.TRUCK)
_LONG_M, _WIDE_M = 36.0, 14.0
_TEXEL_M = 0.4
_LEAST_M = 2.0
"""Nearer to the bumper the road is mostly hidden, and too bright for a coarse image."""
_LEAST = 1e-4
"""Light below which a pool is invisible."""
_RADIUS_M = 0.5 * float(np.hypot(_LONG_M, _WIDE_M))
_ALBEDO_RGB = np.array([0.085, 0.080, 0.070])
"""Of a road in the light of headlamps."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class LightPools:
    """N rectangles of road, (N, 3) in the world frame."""

    corners_m: Array
    """Far left."""
    across_m: Array
    """From there to the right."""
    back_m: Array
    """From there to the vehicle."""


def light_pools(actors: Iterable[Actor], light: Light) -> LightPools:
    """Return the pools of these vehicles; none in daylight."""
    poses = [
        (actor.pose.x_m, actor.pose.y_m, actor.pose.yaw_rad, actor.size.length_m / 2 + _LONG_M)
        for actor in actors
        if actor.kind in _VEHICLES and light.headlights > 0.0
    ]
    x, y, yaw, ahead_m = np.reshape(poses, (-1, 4)).T
    forward = np.column_stack([np.cos(yaw), np.sin(yaw), np.zeros_like(yaw)])
    left = np.column_stack([-np.sin(yaw), np.cos(yaw), np.zeros_like(yaw)])
    middle = np.column_stack([x, y, np.zeros_like(x)]) + ahead_m[:, None] * forward
    return LightPools(middle + left * (_WIDE_M / 2), -_WIDE_M * left, -_LONG_M * forward)


def add_pools(viewpoint: Viewpoint, lit: LightPools, light: Light) -> None:
    """Add the light pools to the ground."""
    middles = lit.corners_m + (lit.across_m + lit.back_m) / 2
    seen = viewpoint.intersects(middles, np.full(len(middles), _RADIUS_M))
    if not seen.any():
        return
    turn = viewpoint.camera_from_world[:3, :3].T
    matrices = image_from_ray(
        viewpoint.in_camera(lit.corners_m[seen]),
        lit.across_m[seen] @ turn,
        lit.back_m[seen] @ turn,
    )
    directions, pool = viewpoint.coarse_ray_map(), _pool(light)
    total = np.zeros(directions.shape[:2], np.float32)
    for matrix in matrices:
        total += _seen_on(directions, matrix, pool)
    if total.max() < _LEAST:
        return
    height, width = viewpoint.buffer.depth_m.shape
    fine = cv2.resize(tinted(total, _ALBEDO_RGB), (width, height), interpolation=cv2.INTER_LINEAR)
    viewpoint.buffer.light[:] += cv2.copyTo(
        fine, np.isfinite(viewpoint.buffer.depth_m).view(np.uint8)
    )


def _seen_on(directions: Float32, matrix: Array, pool: Float32) -> Float32:
    """Return the (h, w) light of a pool where these rays (h, w, 3) hit the ground."""
    x, y, inverse = cv2.split(cv2.transform(directions, matrix.astype(np.float32)))
    reach = 1 / np.maximum(inverse, np.float32(LEAST_INVERSE))
    rows, columns = pool.shape
    u, v = x * reach * columns - np.float32(0.5), y * reach * rows - np.float32(0.5)
    return np.asarray(cv2.remap(pool, u, v, cv2.INTER_LINEAR), np.float32)


@lru_cache(maxsize=4)
def _pool(light: Light) -> Float32:
    """Return the light on flat ground, rows from far to near, columns from left to right."""
    x = np.arange(_LONG_M - _TEXEL_M / 2, 0.0, -_TEXEL_M)
    y = np.arange(_WIDE_M / 2 - _TEXEL_M / 2, -_WIDE_M / 2, -_TEXEL_M)
    ahead, left = np.meshgrid(x, y, indexing='ij')
    base = np.stack(
        [np.maximum(ahead, _LEAST_M) + HEADLAMPS_IN_BASE[0, 0], left, np.zeros_like(left)], axis=-1
    )
    rim = np.clip(np.minimum(ahead, _LONG_M - ahead) / 4.0, 0.0, 1.0)
    rim *= np.clip((_WIDE_M / 2 - np.abs(left)) / 4.0, 0.0, 1.0)
    pool: Float32 = light.on_ground(base) * rim.astype(np.float32)
    return pool
