# SPDX-License-Identifier: Apache-2.0
"""What would the expert do from here? Its line, and the way back to it from wherever the car is.

A car that follows the expert's law exactly (critically damped return, limited lateral acceleration
and jerk, the steering answering after its delay) is driven on for ten seconds from each moment of
a drive, all moments at once. The speed is that of the drive itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import LANE_AHEAD_M, Labels
from training.episodes.rollout import Rollout, Targets, targets_of
from training.simulators.proving_ground.road_truth import RoadLine, RoadTruth, Situation
from training.teachers.protocol import Knowledge
from wpt_core.types import HORIZON_S, InputError, plan_times_s

__all__ = ['RecoveryTeacher', 'Return', 'recovery_labels']

FloatArray = NDArray[np.float64]

_STEP_S = 0.05
_LEAST_KNOWN_S = 2.0
_LEAST_SPEED_MPS = 0.5


@dataclass(frozen=True, slots=True)
class Return:
    """How the car is led back to its line."""

    reaction_s: float = 1.0
    """Time constant, critically damped."""
    least_reach_m: float = 5.0
    lateral_mps2: float = 3.0
    lateral_jerk_mps3: float = 4.0
    curvature_1pm: float = 0.2
    curvature_rate_1pmps: float = 0.5


@dataclass(frozen=True, slots=True)
class RecoveryTeacher:
    """What the expert would do from wherever the student has got to."""

    law: Return = Return()
    name: str = 'recovery'
    knowledge: Knowledge = 'privileged'

    def label(self, rollout: Rollout) -> Targets:
        """One hypothesis; InputError unless the proving ground gave its truth."""
        truths = rollout.truth or ()
        if not truths or not all(isinstance(truth, RoadTruth) for truth in truths):
            raise InputError(
                'the teacher recovery needs the privileged truth of the proving ground at every '
                'set of views, and this rollout has none; label it with recorded'
            )
        driven = rollout.driven
        labels = recovery_labels(
            [truth.situation for truth in truths],
            truths[0].line,
            times_s=driven.times_s,
            speeds_mps=driven.speed_mps,
            accelerations_mps2=driven.acceleration_mps2,
            law=self.law,
        )
        return targets_of(labels)


def recovery_labels(
    situations: Sequence[Situation],
    line: RoadLine,
    *,
    times_s: FloatArray,
    speeds_mps: FloatArray,
    accelerations_mps2: FloatArray,
    law: Return | None = None,
) -> list[Labels | None]:
    """A label for each situation; None where less than two seconds of the drive are left.

    `times_s`, `speeds_mps`, `accelerations_mps2` (S,) are those of the whole drive.
    """
    if not situations:
        return []
    start_s = np.array([situation.time_s for situation in situations])
    ahead_s = np.arange(round(HORIZON_S / _STEP_S) + 1) * _STEP_S
    at_s = start_s[:, None] + ahead_s
    pace = np.interp(at_s, times_s, speeds_mps)
    push = np.interp(at_s, times_s, accelerations_mps2)
    driven, asked = _drive_on(situations, line, pace, law or Return())
    plan_s = plan_times_s()
    columns = [*np.moveaxis(driven, -1, 0), pace, push]
    x, y, yaw, rate, speed, acceleration = (
        np.stack([np.interp(plan_s, ahead_s, row) for row in column]) for column in columns
    )
    plans = np.stack([x, y, speed, acceleration, yaw, rate], axis=-1)
    lanes = _lanes(situations, line)
    known = np.floor((times_s[-1] - start_s) / _STEP_S + 1e-6) * _STEP_S
    return [
        Labels(plans[i, : np.searchsorted(plan_s, known[i], 'right')], float(asked[i]), lanes[i])
        if known[i] >= _LEAST_KNOWN_S
        else None
        for i in range(len(situations))
    ]


def _drive_on(
    situations: Sequence[Situation], line: RoadLine, pace: FloatArray, law: Return
) -> tuple[FloatArray, FloatArray]:
    """(N, T, 4) x, y, yaw, yaw rate from each situation on, and (N,) the curvature to ask for."""
    s, offset, turn, slip, curvature, delay, lane = np.array(
        [
            (
                c.s_m,
                c.offset_m,
                c.course_error_rad,
                c.course_error_rad - c.heading_error_rad,
                c.curvature_1pm,
                c.delay_s,
                c.lane_m,
            )
            for c in situations
        ]
    ).T
    moves = _moves(situations)
    x, y, yaw = np.zeros_like(s), np.zeros_like(s), np.zeros_like(s)
    asked = curvature.copy()
    rows = []
    for step in range(pace.shape[1]):
        speed = pace[:, step]
        rows.append(np.stack([x, y, yaw, speed * curvature], axis=-1))
        bend = line.reference.curvature_at(s)
        wanted = _wanted(line, law, s, offset, turn, bend, speed, lane, moves)
        answering = step * _STEP_S >= delay - 1e-9
        asked = np.where(answering & (step * _STEP_S < delay + _STEP_S - 1e-9), wanted, asked)
        most = np.minimum(
            law.lateral_jerk_mps3 / np.maximum(speed, _LEAST_SPEED_MPS) ** 2,
            law.curvature_rate_1pmps,
        )
        change = np.clip(wanted - curvature, -most * _STEP_S, most * _STEP_S)
        curvature = curvature + np.where(answering, change, 0.0)
        way_m = speed * _STEP_S
        half = 0.5 * way_m * curvature
        course = yaw + slip + half
        x, y = x + way_m * np.cos(course), y + way_m * np.sin(course)
        along = way_m * np.cos(turn) / np.maximum(1.0 - offset * bend, 0.2)
        offset = offset + way_m * np.sin(turn + half - 0.5 * along * bend)
        yaw = yaw + way_m * curvature
        turn = turn + way_m * curvature - along * bend
        s = s + along
    return np.stack(rows, axis=1), asked


def _wanted(
    line: RoadLine,
    law: Return,
    s: FloatArray,
    offset: FloatArray,
    turn: FloatArray,
    bend: FloatArray,
    speed: FloatArray,
    lane: FloatArray,
    moves: FloatArray,
) -> FloatArray:
    """The curvature of the line, and of the return to it, within what passengers like."""
    to_m, slope, sideways = line.at(s, lane, moves)
    stretch = np.maximum(1.0 - offset * bend, 0.2)
    line_stretch = np.maximum(1.0 - to_m * bend, 0.2)
    reach = np.maximum(law.reaction_s * speed, law.least_reach_m)
    back = -2.0 / reach * np.sin(turn - np.arctan2(slope, stretch)) - (offset - to_m) / reach**2
    # Far from the line the return is no steeper than a lane change is.
    most_back = 2.0 / np.maximum(speed, 2.0) ** 2
    asked = bend / line_stretch + sideways / line_stretch**2 + np.clip(back, -most_back, most_back)
    most = np.minimum(
        law.lateral_mps2 / np.maximum(speed, _LEAST_SPEED_MPS) ** 2, law.curvature_1pm
    )
    limited: FloatArray = np.clip(asked, -most, most)
    return limited


def _moves(situations: Sequence[Situation]) -> FloatArray:
    """(N, K, 3): start, length and distance of each situation's moves; missing ones move by 0."""
    most = max(1, *(len(situation.shifts) for situation in situations))
    moves = np.tile([0.0, 1.0, 0.0], (len(situations), most, 1))
    for row, situation in enumerate(situations):
        for column, shift in enumerate(situation.shifts):
            moves[row, column] = (shift.start_m, shift.length_m, shift.by_m)
    return moves


def _lanes(situations: Sequence[Situation], line: RoadLine) -> FloatArray:
    """(N, 12, 2, 2): the borders of the lane to be in, ahead of each car in its own frame."""
    s = np.array([situation.s_m for situation in situations])
    frames = line.reference.poses_at(s)
    offset, turn = np.array([(c.offset_m, c.heading_error_rad) for c in situations]).T
    yaw = frames[:, 2] + turn
    x = frames[:, 0] - offset * np.sin(frames[:, 2])
    y = frames[:, 1] + offset * np.cos(frames[:, 2])
    borders = np.array([situation.borders_m for situation in situations])
    at = (s[:, None] + LANE_AHEAD_M)[:, :, None]
    points = line.reference.from_frenet(at, borders[:, None, :])
    dx, dy = points[..., 0] - x[:, None, None], points[..., 1] - y[:, None, None]
    cos, sin = np.cos(yaw)[:, None, None], np.sin(yaw)[:, None, None]
    lanes: FloatArray = np.stack([cos * dx + sin * dy, cos * dy - sin * dx], axis=-1)
    return lanes
