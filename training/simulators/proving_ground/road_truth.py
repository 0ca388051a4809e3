# SPDX-License-Identifier: Apache-2.0
"""Privileged truth of the proving ground: position on the road and the expert's line."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Path
from wpt_core.types import Action, EgoState
from wpt_sim.drive import STEP_S, World
from wpt_sim.drivers import Expert
from wpt_sim.scene import Scene
from wpt_sim.traffic import LanePosition, LateralShift

__all__ = ['RoadLine', 'RoadTruth', 'Situation', 'situation']

FloatArray = NDArray[np.float64]

_LEAST_STEP_M = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Situation:
    """Position of the car on the road and parameters of the expert's line, at one time."""

    time_s: float
    s_m: float
    offset_m: float
    heading_error_rad: float
    course_error_rad: float
    """Direction of motion; in a bend it differs from the heading by the slip angle."""
    curvature_1pm: float
    delay_s: float
    lane_m: float
    """Offset of the target lane's line, without the human-like position in the lane."""
    shifts: tuple[LateralShift, ...]
    borders_m: tuple[float, float]
    """Offsets of the left and the right border of the target lane."""


class RoadLine:
    """The road and the human-like position on it, evaluated for arrays of positions."""

    def __init__(self, reference: Path, position: LanePosition) -> None:
        self.reference = reference
        self._grid_m = np.arange(0.0, reference.length_m, 1.0)
        self._human = np.array([position.at(s_m) for s_m in self._grid_m.tolist()])

    def at(
        self, s_m: FloatArray, lane_m: FloatArray, moves: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return offset, slope and bend (N,) of N lines at s (N,).

        `moves` (N, K, 3): start, length and distance of lateral moves.
        """
        parts = [np.interp(s_m, self._grid_m, column) for column in self._human.T]
        u = np.clip((s_m[:, None] - moves[..., 0]) / moves[..., 1], 0.0, 1.0)
        rest, length, by = 1.0 - u, moves[..., 1], moves[..., 2]
        # The quintic of `Shift`, and its derivatives along the road.
        offset = by * u**3 * (10.0 - 15.0 * u + 6.0 * u * u)
        slope = by / length * 30.0 * (u * rest) ** 2
        bend = by / length**2 * 60.0 * u * rest * (1.0 - 2.0 * u)
        return (
            lane_m + parts[0] + offset.sum(axis=1),
            parts[1] + slope.sum(axis=1),
            parts[2] + bend.sum(axis=1),
        )


@dataclass(frozen=True, eq=False, slots=True)
class RoadTruth:
    """Truth of one step."""

    situation: Situation
    line: RoadLine
    """Shared by all steps of a drive."""
    scene: Scene
    demonstration: Action | None
    """Action of the privileged driver, if the start has one."""


def situation(world: World, expert: Expert, before: EgoState) -> Situation:
    """Return the current situation; `before` is the state one step ago."""
    place, section = world.road_position, world.road.section
    lane = section.lanes[world.lane]
    half_m = lane.width_m / 2
    return Situation(
        time_s=world.time_s,
        s_m=place.s_m,
        offset_m=place.offset_m,
        heading_error_rad=place.heading_error_rad,
        course_error_rad=place.heading_error_rad + _slip_rad(world.ego, before),
        curvature_1pm=world.ego.curvature_1pm,
        delay_s=world.parameters.steering_delay_s + world.parameters.steering_lag_s,
        lane_m=expert.line.lane_m,
        shifts=expert.line.shifts,
        borders_m=(lane.offset_m + half_m, lane.offset_m - half_m),
    )


def _slip_rad(now: EgoState, before: EgoState) -> float:
    """Return the direction of the last step relative to the heading."""
    dx, dy = now.pose.x_m - before.pose.x_m, now.pose.y_m - before.pose.y_m
    if math.hypot(dx, dy) < _LEAST_STEP_M:
        return 0.0
    # The chord is the direction of motion half a step ago.
    course = math.atan2(dy, dx) + 0.5 * now.yaw_rate_radps * STEP_S
    return math.remainder(course - now.pose.yaw_rad, 2.0 * math.pi)
