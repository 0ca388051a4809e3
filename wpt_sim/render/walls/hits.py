# SPDX-License-Identifier: Apache-2.0
"""Ray casting against walls along the road.

A wall has a constant offset from the reference line, so its plan is a polyline. Every camera casts
one ray per half pixel of azimuth on that plan. Everything constant up the wall is computed per
ray; the height at which a pixel hits the wall follows from its slope.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Path, pixel_grid, rays
from wpt_core.types import Camera, Pose2
from wpt_sim.render.canvas import Float32

__all__ = [
    'WallColumns',
    'WallHits',
    'WallLine',
    'WallView',
    'filtered_comb',
    'hit_wall',
    'view_walls',
    'wall_line',
]

_SPACING_M = 1.0
_REACH_M = 220.0
_NOTHING_M = 1e6


@dataclass(frozen=True, eq=False, slots=True)
class WallLine:
    """The plan of a wall: K points in the world."""

    points_m: NDArray[np.float64]
    """(K, 2)."""
    s_m: NDArray[np.float64]
    """(K,) evenly spaced."""
    facing: NDArray[np.float64]
    """(K, 2) unit vectors from the wall to the road."""


def wall_line(reference: Path, offset_m: float) -> WallLine:
    """Return the wall at a fixed offset, extended beyond both ends of the road."""
    s = np.arange(-100.0, reference.length_m + 100.0, _SPACING_M)
    yaw = reference.poses_at(s)[:, 2]
    facing = -np.sign(offset_m) * np.stack([-np.sin(yaw), np.cos(yaw)], axis=-1)
    return WallLine(reference.from_frenet(s, np.full_like(s, offset_m)), s, facing)


@dataclass(frozen=True, eq=False, slots=True)
class WallView:
    """Precomputed data of C cameras: P pixels of all, and a fan of azimuth bins per camera."""

    origins_m: NDArray[np.float64]
    """(C, 3) in `base_link`."""
    headings_rad: NDArray[np.float64]
    """(C,) azimuth of the optical axes."""
    starts_rad: NDArray[np.float64]
    """(C,) azimuth of the first bin against the heading."""
    first_bins: NDArray[np.intp]
    """(C + 1,) start of each fan in the tables."""
    bin_rad: float
    pixels_rad: NDArray[np.float64]
    """(C,) angle of a pixel."""
    bins: NDArray[np.intp]
    """(P,) bin nearest to each pixel."""
    position_m: Float32
    """(3, P) of the camera in `base_link`."""
    ray: Float32
    """(2, P) direction in plan, `base_link`."""
    slope: Float32
    """(P,) metres up per metre of plan."""
    depth_per_m: Float32
    """(P,) z in the camera frame per metre of plan."""
    half_pixel_rad: Float32
    """(P,) half the angle of a pixel."""


def view_walls(cameras: Sequence[Camera], pixel_rad: float) -> WallView:
    """Precompute what depends on the rig only."""
    bin_rad = 0.5 * pixel_rad
    fans = [_fan(camera) for camera in cameras]
    starts = np.array([min(0.0, float(np.nanmin(fan[0]))) - bin_rad for fan in fans])
    ends = np.array([max(0.0, float(np.nanmax(fan[0]))) + bin_rad for fan in fans])
    counts = np.ceil((ends - starts) / bin_rad).astype(int) + 2
    first = np.concatenate([[0], np.cumsum(counts)])
    exact = [
        f + (np.nan_to_num(fan[0]) - start) / bin_rad
        for f, start, fan in zip(first[:-1], starts, fans, strict=True)
    ]
    sizes = [fan[0].size for fan in fans]
    origins = np.stack([camera.base_from_camera[:3, 3] for camera in cameras])
    return WallView(
        origins_m=origins,
        headings_rad=np.array([_heading(camera) for camera in cameras]),
        starts_rad=starts,
        first_bins=first,
        bin_rad=bin_rad,
        pixels_rad=np.array([1 / camera.intrinsics.fx_px for camera in cameras]),
        bins=np.round(np.concatenate(exact)).astype(np.intp),
        position_m=np.repeat(origins, sizes, axis=0).T.astype(np.float32),
        ray=np.concatenate([fan[3] for fan in fans]).T.astype(np.float32),
        slope=np.concatenate([fan[1] for fan in fans]).astype(np.float32),
        depth_per_m=np.concatenate([fan[2] for fan in fans]).astype(np.float32),
        half_pixel_rad=np.repeat([0.5 / c.intrinsics.fx_px for c in cameras], sizes).astype(
            np.float32
        ),
    )


def _heading(camera: Camera) -> float:
    axis = camera.base_from_camera[:3, 2]
    return float(np.arctan2(axis[1], axis[0]))


def _fan(camera: Camera) -> tuple[NDArray[np.float64], ...]:
    """Return for every pixel: azimuth against the heading; slope, depth and direction in plan."""
    directions = rays(camera, pixel_grid(camera.intrinsics)) @ camera.base_from_camera[:3, :3].T
    x, y, z = directions.reshape(-1, 3).T
    heading = _heading(camera)
    azimuth = np.arctan2(y, x) - heading
    azimuth = np.arctan2(np.sin(azimuth), np.cos(azimuth))
    plan = np.maximum(np.hypot(x, y), 1e-6)
    return azimuth, z / plan, 1.0 / plan, np.stack([x / plan, y / plan], axis=-1)


@dataclass(frozen=True, eq=False, slots=True)
class WallColumns:
    """Quantities constant up the wall, for the B bins of all fans."""

    range_m: Float32
    """(B,) in plan; 1 000 km without a wall."""
    s_m: Float32
    """(B,)."""
    wide_m: Float32
    """(B,) extent of a pixel along the wall."""


@dataclass(frozen=True, eq=False, slots=True)
class WallHits:
    """The n pixels that hit a wall."""

    columns: WallColumns
    pixels: NDArray[np.intp]
    """(n,) pixels of the canvas."""
    bins: NDArray[np.intp]
    """(n,) bins of the columns."""
    height_m: Float32
    depth_m: Float32
    range_m: Float32
    """In plan."""
    high_m: Float32
    """Extent of the pixel up the wall."""


def hit_wall(
    view: WallView,
    line: WallLine,
    *,
    pose: Pose2,
    top_m: Callable[[Float32], Float32 | float],
    before_m: Float32,
) -> WallHits:
    """Return pixels that hit the wall between ground and `top_m` of s, nearer than `before_m`.

    A margin of half a pixel is included.
    """
    columns = _cast(view, line, pose)
    wall = columns.range_m < _NOTHING_M
    tops = np.where(wall, top_m(columns.s_m), -_NOTHING_M).astype(np.float32)
    range_m = columns.range_m.take(view.bins)
    half = view.half_pixel_rad * range_m
    height = view.slope * range_m
    height += view.position_m[2]
    seen = height > -half
    seen &= height - half < tops.take(view.bins)
    depth = view.depth_per_m * range_m
    seen &= depth < before_m
    pixels = np.flatnonzero(seen)
    return WallHits(
        columns=columns,
        pixels=pixels,
        bins=view.bins.take(pixels),
        height_m=height.take(pixels),
        depth_m=depth.take(pixels),
        range_m=range_m.take(pixels),
        high_m=2 * half.take(pixels),
    )


def _cast(view: WallView, line: WallLine, pose: Pose2) -> WallColumns:
    """Return the nearest segment of the wall in every bin."""
    near = np.flatnonzero(
        np.hypot(line.points_m[:, 0] - pose.x_m, line.points_m[:, 1] - pose.y_m) < _REACH_M
    )
    count = int(view.first_bins[-1])
    columns = WallColumns(*(np.full(count, fill, np.float32) for fill in (_NOTHING_M, 0.0, 0.0)))
    if len(near) < 2:
        return columns
    pieces = near[:-1][np.diff(near) == 1]
    start, end = (_from_cameras(view, line.points_m[pieces + i], pose) for i in range(2))
    camera, piece, bins, angle = _bins(view, start, end)
    p, e = start[camera, piece], end[camera, piece] - start[camera, piece]
    ray = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    facing = _cross(ray, e)
    facing = np.where(np.abs(facing) > 1e-9, facing, 1e-9)
    range_m = _cross(p, e) / facing
    s = line.s_m[pieces][piece] + _SPACING_M * np.clip(_cross(p, ray) / facing, 0.0, 1.0)
    offset = np.maximum(np.abs(_cross(p, e)) / np.linalg.norm(e, axis=-1), 0.1)
    wide = range_m * range_m / offset * view.pixels_rad[camera]
    order = np.argsort(-range_m, kind='stable')  # nearest last
    columns.range_m[bins[order]] = range_m[order]
    columns.s_m[bins[order]] = s[order]
    columns.wide_m[bins[order]] = wide[order]
    return columns


def _from_cameras(view: WallView, points: NDArray[np.float64], pose: Pose2) -> NDArray[np.float64]:
    """Return the (C, n, 2) plan of world points in every camera, its heading along x."""
    yaw = pose.yaw_rad + view.headings_rad
    ox, oy = view.origins_m[:, 0], view.origins_m[:, 1]
    cos, sin = np.cos(pose.yaw_rad), np.sin(pose.yaw_rad)
    x = points[:, 0] - (pose.x_m + ox * cos - oy * sin)[:, None]
    y = points[:, 1] - (pose.y_m + ox * sin + oy * cos)[:, None]
    c, s = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    return np.stack([x * c + y * s, y * c - x * s], axis=-1)


def _bins(
    view: WallView, start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return all pairs of a segment and a crossed bin: camera, segment, bin, azimuth."""
    a, b = (np.arctan2(points[..., 1], points[..., 0]) for points in (start, end))
    low, high = np.minimum(a, b), np.maximum(a, b)
    counts = np.diff(view.first_bins)[:, None]
    first = np.ceil((low - view.starts_rad[:, None]) / view.bin_rad)
    last = np.floor((high - view.starts_rad[:, None]) / view.bin_rad)
    first, last = np.maximum(first, 0), np.minimum(last, counts - 1)
    # A segment that spans half the circle crosses the azimuth behind the camera.
    many = np.where(high - low < np.pi / 2, np.maximum(last - first + 1, 0), 0).astype(int).ravel()
    pair = np.repeat(np.arange(many.size), many)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(many) - many, many)
    inside = first.ravel()[pair].astype(int) + step
    camera, piece = np.divmod(pair, low.shape[1])
    angle = view.starts_rad[camera] + inside * view.bin_rad
    return camera, piece, view.first_bins[camera] + inside, angle


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    product: NDArray[np.float64] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product


def filtered_comb(position: Float32, extent: Float32, *, share: float) -> Float32:
    """Return the share of [position ± extent / 2] in the first `share` of each unit."""
    width = np.maximum(extent, np.float32(1e-3))
    cover: Float32 = _comb(position + width / 2, share) - _comb(position - width / 2, share)
    cover /= width
    return cover


def _comb(x: Float32, share: float) -> Float32:
    """Return the integral of the comb from 0."""
    whole = np.floor(x)
    total: Float32 = whole * np.float32(share) + np.minimum(x - whole, np.float32(share))
    return total
