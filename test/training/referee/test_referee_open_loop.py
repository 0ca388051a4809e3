# SPDX-License-Identifier: Apache-2.0
"""Open-loop figures of made-up drives whose figures are known."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.referee.arena import Case
from training.referee.open_loop import cases_of, held_out_jobs, open_loop_figures, plan_all
from training.referee.outcome import HeldOut
from training.referee.proving_ground import ARENA, ProvingGround
from training.referee.rows import Row
from wpt_core.metrics import OPEN_LOOP_SAMPLING
from wpt_core.types import plan_times_s

SPEED_MPS = 10.0
YAW_RAD = 0.7
STEPS = np.array([40, 80, 120])
LEFT_M = 0.5
"""The chosen hypothesis lies this far to the left of the truth, another one on it."""


def drive(*, other_offset_m: float = 8.0, duration_s: float = 20.0) -> HeldOut:
    """Straight on at 10 m/s, along an odd heading; somebody drives alongside."""
    times_s = np.arange(round(duration_s / 0.05) + 1) * 0.05
    count, points = len(STEPS), plan_times_s()
    heading = np.array([math.cos(YAW_RAD), math.sin(YAW_RAD)])
    left = np.array([-heading[1], heading[0]])
    line = np.array([3.0, -4.0]) + SPEED_MPS * times_s[:, None] * heading
    yaws = np.full(len(times_s), YAW_RAD)
    plans = np.zeros((count, 2, len(points), 2), np.float32)
    plans[..., 0] = SPEED_MPS * points
    plans[:, 1, :, 1] = LEFT_M
    return HeldOut(
        steps=STEPS,
        positions_m=plans,
        yaws_rad=np.zeros(plans.shape[:3], np.float32),
        scales_m=np.full(plans.shape, 0.25, np.float32),
        probabilities=np.tile([0.4, 0.6], (count, 1)),
        times_s=times_s,
        poses=np.column_stack([line, yaws]),
        others=np.column_stack([line + other_offset_m * left, yaws])[:, None],
        velocities_mps=np.tile(SPEED_MPS * heading, (len(times_s), 1, 1)),
        present=np.ones((len(times_s), 1), bool),
        sizes_m=np.array([[4.0, 2.0]]),
        agents=np.array([True]),
        footprint=np.array([4.0, 2.0, 1.0]),
        image=np.zeros((4, 6, 3), np.uint8),
        image_sample=1,
    )


def test_cases_are_in_the_frame_and_on_the_clock_of_their_moment() -> None:
    for case in cases_of(drive()):
        assert case.truth.times_s[0] == 0.0
        assert case.truth.positions_m[0] == pytest.approx([0.0, 0.0])
        assert case.truth.at([2.0]).positions_m[0] == pytest.approx([20.0, 0.0])
        assert case.truth.yaws_rad == pytest.approx(0.0)
        assert case.tracks.at([1.0]).poses[0, 0] == pytest.approx([10.0, 8.0, 0.0])
        assert case.tracks.velocities_mps[0, 0] == pytest.approx([SPEED_MPS, 0.0])
        assert case.plan.at([1.0]).positions_m[0] == pytest.approx([10.0, LEFT_M], abs=1e-5)


def test_figures_are_those_of_the_chosen_hypothesis() -> None:
    figures = open_loop_figures([drive(), drive()], learned=True)
    assert figures.cases == 6
    assert figures.displacement.at == pytest.approx([LEFT_M] * 3, abs=1e-5)
    assert figures.displacement.mean_up_to == pytest.approx([LEFT_M] * 3, abs=1e-5)
    assert figures.collisions.percent.at == (0.0, 0.0, 0.0)
    # Half a metre on one of two axes.
    assert [mae for _, _, mae in figures.mae_m] == pytest.approx([LEFT_M / 2] * 3, abs=1e-5)


def test_collisions_are_counted_with_the_footprint_of_the_car() -> None:
    # Widths of 2 m, 2.4 m apart: the plan, half a metre farther left, touches; the truth does not.
    figures = open_loop_figures([drive(other_offset_m=2.4)], learned=False)
    assert figures.collisions.percent.at == (100.0, 100.0, 100.0)
    assert figures.collisions.expert_samples == 0
    assert figures.likelihood is None


def test_errors_count_only_as_far_as_the_truth_is_known() -> None:
    figures = open_loop_figures([drive(duration_s=10.0)], learned=False)
    # The moments are 2, 4 and 6 s after the start, so 8, 6 and 4 s before the end.
    assert [(horizon_s, count) for horizon_s, count, _ in figures.mae_m] == [
        (3.0, 3),
        (6.0, 2),
        (10.0, 0),
    ]


def test_likelihood_of_chosen_and_mixture_are_the_closed_forms() -> None:
    likelihood = open_loop_figures([drive()], learned=True).likelihood
    assert likelihood is not None
    base = math.log(0.5)
    assert likelihood.chosen_nats == pytest.approx(base + LEFT_M / 0.25 / 2, abs=1e-4)
    numbers = 2 * len(OPEN_LOOP_SAMPLING.times_s)
    off = (LEFT_M / 0.25) * numbers / 2
    mixture = base - math.log(0.4 + 0.6 * math.exp(-off)) / numbers
    assert likelihood.mixture_nats == pytest.approx(mixture, abs=1e-4)
    table = dict(likelihood.reliability)
    assert list(table) == [f'{axis} at {h} s' for axis in 'xy' for h in (1, 2, 3)]
    # An error of two scales lies outside the central 86 %.
    assert table['y at 2 s'].observed == (0.0,) * 8 + (1.0,)
    assert table['x at 2 s'].observed[0] == 1.0


def test_scales_are_taken_at_the_time_of_the_error() -> None:
    one = drive()
    scales = np.broadcast_to(plan_times_s()[:, None], one.scales_m.shape) + 0.01
    grown = replace(one, scales_m=scales.astype(np.float32))
    figures = open_loop_figures([grown], learned=True)
    assert figures.likelihood is not None
    expected = np.mean(
        [math.log(2 * (t + 0.01)) + LEFT_M / (t + 0.01) / 2 for t in OPEN_LOOP_SAMPLING.times_s]
    )
    assert figures.likelihood.chosen_nats == pytest.approx(expected, abs=1e-4)


def test_a_drive_survives_its_file_and_only_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / 'deep' / 'one.npz'
    drive().save(path, 'this')
    found = HeldOut.load(path, 'this')
    assert found is not None
    assert found.image_sample == 1
    assert np.array_equal(found.positions_m, drive().positions_m)
    assert HeldOut.load(path, 'that') is None
    path.write_bytes(path.read_bytes()[:500])
    assert HeldOut.load(path, 'this') is None
    assert HeldOut.load(tmp_path / 'none.npz', 'this') is None


LANE_CHANGE = [('lane_change', name) for name in ARENA.suites[1].scenarios]


def test_drives_are_spread_over_the_scenarios_with_new_seeds() -> None:
    few = held_out_jobs(LANE_CHANGE, [Row('expert'), Row('constant_velocity')], 5)
    assert [job.case.scenario for job in few] == [LANE_CHANGE[k][1] for k in (0, 4, 8, 12, 16)]
    assert {job.case.seed for job in few} == {2000}
    assert few[0].rows == (Row('constant_velocity'),)
    many = held_out_jobs(LANE_CHANGE, [], 2 * len(LANE_CHANGE))
    assert len({job.case for job in many}) == 2 * len(LANE_CHANGE)


def test_only_rows_that_are_missing_plan_again(tmp_path: Path) -> None:
    planned: list[list[str]] = []

    class Counted(ProvingGround):
        def plan_along(self, rows: Sequence[Row], case: Case) -> dict[str, HeldOut]:
            assert case.suite == 'lane_change'
            planned.append([row.name for row in rows])
            return {row.name: drive() for row in rows}

    one, other = Row('constant_velocity'), Row('student', tmp_path, 'digest')
    for rows in ([one], [one, other], [one, other]):
        jobs = held_out_jobs(LANE_CHANGE[:2], rows, 2)
        plans = plan_all(Counted(), jobs, tmp_path, processes=1, fresh=False)
        assert {name: len(drives) for name, drives in plans.items()} == {r.name: 2 for r in rows}
    assert planned == [['constant_velocity'], ['constant_velocity'], ['student'], ['student']]


@pytest.mark.slow
def test_constant_velocity_on_a_real_drive() -> None:
    case = Case('lane_centre', ARENA.suites[0].scenarios[0], 2000)
    plans = ARENA.plan_along([Row('constant_velocity')], case)['constant_velocity']
    assert len(plans.steps) == 40
    assert plans.image.std() > 10.0
    figures = open_loop_figures([plans], learned=False)
    # A straight road at a steady speed after the first two seconds: nearly right, not exactly.
    assert 0.001 < figures.displacement.at[2] < 0.5
