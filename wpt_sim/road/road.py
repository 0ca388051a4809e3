# SPDX-License-Identifier: Apache-2.0
"""A road: one reference line with a constant cross-section."""

from dataclasses import dataclass
from functools import cached_property
from math import cos, isfinite, pi, sin

import numpy as np

from wpt_core.geometry import Path, wrap_angle
from wpt_core.types import InputError, Pose2
from wpt_sim.road.lanes import CrossSection

__all__ = ['Road']


@dataclass(frozen=True, eq=False)
class Road:
    """Lanes at constant offsets from `reference`; every radius exceeds the paved width.

    `s_m` counts along the reference line for lanes of either direction; only `lane_path` has an
    arc length of its own.
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
        """Return the offset of a lane's centre from the reference line, left positive."""
        if not 0 <= index < len(self.section.lanes):
            raise InputError(
                f'Road: lane {index} does not exist; '
                f'this road has lanes 0 (rightmost) to {len(self.section.lanes) - 1}.'
            )
        return self.section.lanes[index].offset_m

    def lane_pose(self, index: int, s_m: float) -> Pose2:
        """Return the pose on the centre of a lane at `s_m`, heading as its traffic."""
        on_line = self.reference.pose_at(s_m)
        offset_m = self.lane_offset(index)
        turn = 0.0 if self.section.lanes[index].forward else pi
        return Pose2(
            on_line.x_m - offset_m * sin(on_line.yaw_rad),
            on_line.y_m + offset_m * cos(on_line.yaw_rad),
            wrap_angle(on_line.yaw_rad + turn),
        )

    def lane_path(self, index: int) -> Path:
        """Return the centre line of a lane in the direction of its traffic."""
        self.lane_offset(index)
        return self._lane_paths[index]

    def neighbour(self, index: int, *, left: bool) -> int | None:
        """Return the adjacent lane of the same direction, left or right as its driver sees it."""
        self.lane_offset(index)
        forward = self.section.lanes[index].forward
        other = index + (1 if left == forward else -1)
        if not 0 <= other < len(self.section.lanes):
            return None
        return other if self.section.lanes[other].forward == forward else None

    @cached_property
    def _lane_paths(self) -> tuple[Path, ...]:
        along = [self.reference.parallel(lane.offset_m) for lane in self.section.lanes]
        return tuple(
            path if lane.forward else path.reversed()
            for path, lane in zip(along, self.section.lanes, strict=True)
        )
