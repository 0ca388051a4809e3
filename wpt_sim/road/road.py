# SPDX-License-Identifier: Apache-2.0
"""A road: one reference line with the same cross-section all along it."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, isfinite, pi, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_core.geometry import FloatArray, Path, wrap_angle
from wpt_core.types import InputError, Pose2
from wpt_sim.road.lanes import CrossSection

__all__ = ['Bounds', 'Road']


@dataclass(frozen=True, slots=True)
class Bounds:
    """An upright rectangle in the world frame."""

    x_min_m: float
    y_min_m: float
    x_max_m: float
    y_max_m: float


@dataclass(frozen=True, eq=False)
class Road:
    """Lanes at constant offsets from `reference`, so every bend is wider than the paved width.

    `s_m` always counts along the reference line, for lanes of either direction; only `lane_path`
    has an arc length of its own.
    """

    reference: Path
    section: CrossSection
    speed_limit_mps: float

    def __post_init__(self) -> None:
        if not (isfinite(self.speed_limit_mps) and self.speed_limit_mps > 0.0):
            raise InputError(
                'Road: speed_limit_mps must be finite and above 0, '
                f'but got {self.speed_limit_mps}.'
            )
        for edge_m in (self.section.right_edge_m, self.section.left_edge_m):
            towards_edge = np.max(np.copysign(1.0, edge_m) * self.reference.curvatures_1pm)
            if abs(edge_m) * towards_edge >= 1.0:
                raise InputError(
                    f'Road: the paved width reaches {abs(edge_m):g} m to the inside of a bend of '
                    f'radius {1 / towards_edge:.3g} m; widen the bend or narrow the section.'
                )

    @property
    def length_m(self) -> float:
        return self.reference.length_m

    def lane_offset(self, index: int) -> float:
        """Of the centre of a lane from the reference line, left positive."""
        if not 0 <= index < len(self.section.lanes):
            raise InputError(
                f'Road: lane {index} does not exist; '
                f'this road has lanes 0 (rightmost) to {len(self.section.lanes) - 1}.'
            )
        return self.section.lanes[index].offset_m

    def lane_pose(self, index: int, s_m: float) -> Pose2:
        """On the centre of a lane beside `s_m`, heading as its traffic does."""
        on_line = self.reference.pose_at(s_m)
        offset_m = self.lane_offset(index)
        turn = 0.0 if self.section.lanes[index].forward else pi
        return Pose2(
            on_line.x_m - offset_m * sin(on_line.yaw_rad),
            on_line.y_m + offset_m * cos(on_line.yaw_rad),
            wrap_angle(on_line.yaw_rad + turn),
        )

    def lane_path(self, index: int) -> Path:
        """The centre of a lane as its traffic drives it, from start to end."""
        self.lane_offset(index)
        return self._lane_paths[index]

    def lane_curvature(self, index: int, s_m: ArrayLike) -> FloatArray:
        """Curvature (...) that the traffic of a lane drives beside `s_m` (...), left positive."""
        curvature = self.reference.curvature_at(s_m)
        along = curvature / (1.0 - self.lane_offset(index) * curvature)
        return along if self.section.lanes[index].forward else -along

    def lane_at(self, offset_m: float) -> int | None:
        """Which lane lies at an offset; None beside all of them."""
        index = int(self.lanes_at(offset_m))
        return None if index < 0 else index

    def lanes_at(self, offsets_m: ArrayLike) -> NDArray[np.int8]:
        """Lane (...) at each offset (...), -1 beside all; a shared border belongs to the right."""
        offsets = np.asarray(offsets_m, dtype=np.float64)
        found = np.full(offsets.shape, -1, dtype=np.int8)
        for index, lane in reversed(list(enumerate(self.section.lanes))):
            found[np.abs(offsets - lane.offset_m) <= lane.width_m / 2] = index
        return found

    def neighbour(self, index: int, *, left: bool) -> int | None:
        """The next lane of the same direction on the left or right hand of its driver."""
        self.lane_offset(index)
        forward = self.section.lanes[index].forward
        other = index + (1 if left == forward else -1)
        if not 0 <= other < len(self.section.lanes):
            return None
        return other if self.section.lanes[other].forward == forward else None

    def to_frenet(
        self, points: ArrayLike, near_s_m: ArrayLike | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Arc length (...) and offset (...) of points (..., 2); see `Path.to_frenet`."""
        return self.reference.to_frenet(points, near_s_m)

    def drivable(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Whether points (..., 2) lie on the paved width, shoulders included."""
        s, offset = self.to_frenet(points)
        inside: NDArray[np.bool_] = (
            (s >= 0.0)
            & (s <= self.length_m)
            & (offset >= self.section.right_edge_m)
            & (offset <= self.section.left_edge_m)
        )
        return inside

    def corridor_bounds(self, margin_m: float = 0.0) -> Bounds:
        """The rectangle around the paved width and `margin_m` of land on every side."""
        edges = [self.section.right_edge_m, self.section.left_edge_m]
        around = self.reference.from_frenet(self.reference.s_m[:, None], edges).reshape(-1, 2)
        low, high = around.min(axis=0) - margin_m, around.max(axis=0) + margin_m
        return Bounds(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    @cached_property
    def _lane_paths(self) -> tuple[Path, ...]:
        along = [self.reference.parallel(lane.offset_m) for lane in self.section.lanes]
        return tuple(
            path if lane.forward else path.reversed()
            for path, lane in zip(along, self.section.lanes, strict=True)
        )
