# SPDX-License-Identifier: Apache-2.0
"""The line to drive: a position in the lane, and moves to the side of it."""

from wpt_sim.traffic import LanePosition, LateralOffset, LateralShift

__all__ = ['TargetLine']


class TargetLine:
    """Offset from the reference line as a function of the way along it."""

    def __init__(self, lane_m: float, position: LanePosition) -> None:
        self.lane_m = lane_m
        self._position = position
        self._shifts: list[LateralShift] = []

    def add(self, shift: LateralShift) -> None:
        self._shifts.append(shift)

    @property
    def shifts(self) -> tuple[LateralShift, ...]:
        """Moves that are planned or under way."""
        return tuple(self._shifts)

    def restart(self, s_m: float, offset_m: float, *, length_m: float) -> None:
        """Move from where one is at `s_m` to where the line leads in the end, as a new move."""
        end_m = self.lane_m + sum(shift.by_m for shift in self._shifts)
        self.lane_m = offset_m - self._position.at(s_m).offset_m
        self._shifts = [LateralShift(s_m, length_m, end_m - self.lane_m)]

    def drop_passed(self, s_m: float) -> None:
        """Moves that lie behind `s_m` become part of the base."""
        for shift in [shift for shift in self._shifts if shift.end_m < s_m]:
            self.lane_m += shift.by_m
            self._shifts.remove(shift)

    @property
    def shifting(self) -> bool:
        """Whether a move is planned or under way."""
        return bool(self._shifts)

    def at(self, s_m: float) -> LateralOffset:
        """Where to be at `s_m`."""
        parts = [self._position.at(s_m), *(shift.at(s_m) for shift in self._shifts)]
        return LateralOffset(
            self.lane_m + sum(part.offset_m for part in parts),
            sum(part.slope for part in parts),
            sum(part.curvature_1pm for part in parts),
        )
