# SPDX-License-Identifier: Apache-2.0
"""Labels for recovery: the expert's line, and the path back to it from any state of the car.

A car that follows the expert's control law exactly (critically damped return, limited lateral
acceleration and jerk, delayed steering) is simulated for ten seconds from each sample of a drive,
all samples in parallel. The speed is that of the drive.
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

__all__ = ['RecoveryTeacher', 'ReturnLaw', 'recovery_labels']

FloatArray = NDArray[np.float64]

_STEP_S = 0.05
_LEAST_KNOWN_S = 2.0
_LEAST_SPEED_MPS = 0.5


@dataclass(frozen=True, slots=True)
class ReturnLaw:
    """Control law of the return to the line."""

    reaction_s: float = 1.0
    """Time constant, critically damped."""
    least_reach_m: float = 5.0
    lateral_mps2: float = 3.0
    lateral_jerk_mps3: float = 4.0
    curvature_1pm: float = 0.2
    curvature_rate_1pmps: float = 0.5


@dataclass(frozen=True, slots=True)
class RecoveryTeacher:
    """Labels each sample with the action of the expert from the state of the student."""

    law: ReturnLaw = ReturnLaw()
    name: str = 'recovery'
    knowledge: Knowledge = 'privileged'

    def label(self, rollout: Rollout) -> Targets:
        """Return one hypothesis per sample; InputError without truth of the proving ground."""
        truths = rollout.truth or ()
        if not truths or not all(isinstance(truth, RoadTruth) for truth in truths):
            raise InputError(
                'the teacher recovery needs the privileged truth of the proving ground for every '
                'set of views, and this rollout has none; use --teacher recorded'
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
    law: ReturnLaw | None = None,
) -> list[Labels | None]:
    """Return a label for each situation; None if less than two seconds of the drive are left.

    `times_s`, `speeds_mps`, `accelerations_mps2` (S,) cover the whole drive.
    """
    if not situations:
        return []
    start_s = np.array([situation.time_s for situation in situations])
    ahead_s = np.arange(round(HORIZON_S / _STEP_S) + 1) * _STEP_S
    at_s = start_s[:, None] + ahead_s
    speeds = np.interp(at_s, times_s, speeds_mps)
    accelerations = np.interp(at_s, times_s, accelerations_mps2)
    driven, commanded = _simulate(situations, line, speeds, law or ReturnLaw())
    plan_s = plan_times_s()
    columns = [*np.moveaxis(driven, -1, 0), speeds, accelerations]
    x, y, yaw, rate, speed, acceleration = (
        np.stack([np.interp(plan_s, ahead_s, row) for row in column]) for column in columns
    )
    plans = np.stack([x, y, speed, acceleration, yaw, rate], axis=-1)
    lanes = _lanes(situations, line)
    known = np.floor((times_s[-1] - start_s) / _STEP_S + 1e-6) * _STEP_S
    return [
        Labels(
            plans[i, : np.searchsorted(plan_s, known[i], 'right')], float(commanded[i]), lanes[i]
        )
        if known[i] >= _LEAST_KNOWN_S
        else None
        for i in range(len(situations))
    ]


def _simulate(
    situations: Sequence[Situation], line: RoadLine, speeds: FloatArray, law: ReturnLaw
) -> tuple[FloatArray, FloatArray]:
    """Return x, y, yaw, yaw rate (N, T, 4) from each situation, and curvatures to command (N,)."""
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
    commanded = curvature.copy()
    rows = []
    for step in range(speeds.shape[1]):
        speed = speeds[:, step]
        rows.append(np.stack([x, y, yaw, speed * curvature], axis=-1))
        bend = line.reference.curvature_at(s)
        target = _target_curvature(line, law, s, offset, turn, bend, speed, lane, moves)
        responding = step * _STEP_S >= delay - 1e-9
        commanded = np.where(
            responding & (step * _STEP_S < delay + _STEP_S - 1e-9), target, commanded
        )
        most = np.minimum(
            law.lateral_jerk_mps3 / np.maximum(speed, _LEAST_SPEED_MPS) ** 2,
            law.curvature_rate_1pmps,
        )
        change = np.clip(target - curvature, -most * _STEP_S, most * _STEP_S)
        curvature = curvature + np.where(responding, change, 0.0)
        step_m = speed * _STEP_S
        half = 0.5 * step_m * curvature
        course = yaw + slip + half
        x, y = x + step_m * np.cos(course), y + step_m * np.sin(course)
        along = step_m * np.cos(turn) / np.maximum(1.0 - offset * bend, 0.2)
        offset = offset + step_m * np.sin(turn + half - 0.5 * along * bend)
        yaw = yaw + step_m * curvature
        turn = turn + step_m * curvature - along * bend
        s = s + along
    return np.stack(rows, axis=1), commanded


def _target_curvature(
    line: RoadLine,
    law: ReturnLaw,
    s: FloatArray,
    offset: FloatArray,
    turn: FloatArray,
    bend: FloatArray,
    speed: FloatArray,
    lane: FloatArray,
    moves: FloatArray,
) -> FloatArray:
    """Return the curvature of the line and the return to it, limited to comfortable values."""
    to_m, slope, sideways = line.at(s, lane, moves)
    stretch = np.maximum(1.0 - offset * bend, 0.2)
    line_stretch = np.maximum(1.0 - to_m * bend, 0.2)
    reach = np.maximum(law.reaction_s * speed, law.least_reach_m)
    back = -2.0 / reach * np.sin(turn - np.arctan2(slope, stretch)) - (offset - to_m) / reach**2
    # Far from the line the return is as steep as a lane change.
    most_back = 2.0 / np.maximum(speed, 2.0) ** 2
    commanded = (
        bend / line_stretch + sideways / line_stretch**2 + np.clip(back, -most_back, most_back)
    )
    most = np.minimum(
        law.lateral_mps2 / np.maximum(speed, _LEAST_SPEED_MPS) ** 2, law.curvature_1pm
    )
    limited: FloatArray = np.clip(commanded, -most, most)
    return limited


def _moves(situations: Sequence[Situation]) -> FloatArray:
    """Return (N, K, 3): start, length, distance of lateral moves, padded with moves by 0."""
    most = max(1, *(len(situation.shifts) for situation in situations))
    moves = np.tile([0.0, 1.0, 0.0], (len(situations), most, 1))
    for row, situation in enumerate(situations):
        for column, shift in enumerate(situation.shifts):
            moves[row, column] = (shift.start_m, shift.length_m, shift.by_m)
    return moves


def _lanes(situations: Sequence[Situation], line: RoadLine) -> FloatArray:
    """Return (N, 12, 2, 2): borders of the target lane ahead, in the frame of each car."""
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
