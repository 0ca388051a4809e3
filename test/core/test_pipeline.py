# SPDX-License-Identifier: Apache-2.0
"""The planner with lost, late and reordered images."""

import numpy as np
import pytest
import torch

from wpt_core.model import Student, preset
from wpt_core.model.runtime import EagerBackend
from wpt_core.pipeline import Planner, PlannerOutput
from wpt_core.sensing import surround_rig
from wpt_core.types import CameraFrame, Command, InputError

RIG = surround_rig()


@pytest.fixture(scope='module')
def student() -> Student:
    torch.manual_seed(0)
    return Student(preset('debug')).eval()


@pytest.fixture
def planner(student: Student) -> Planner:
    backend = EagerBackend(student, device='cpu', precision='float32', threads=1)
    scales = student.plan_scales.numpy()
    return Planner(backend, student.config, plan_scales=scales, views=RIG, rig=RIG)


def frames(stamp_s: float, *, without: str = '') -> list[CameraFrame]:
    noise = np.random.default_rng(round(stamp_s * 1000))
    images = noise.integers(0, 255, (6, 128, 256, 3), dtype=np.uint8)
    pairs = zip(RIG.names, images, strict=True)
    return [CameraFrame(name, stamp_s, image) for name, image in pairs if name != without]


def plan(planner: Planner, stamp_s: float, images: list[CameraFrame]) -> PlannerOutput:
    return planner.plan(images, stamp_s=stamp_s, speed_mps=10.0, command=Command.KEEP, delay_s=0.3)


def test_a_plan_carries_the_stamp_of_its_images_and_starts_where_the_car_is(
    planner: Planner,
) -> None:
    made = plan(planner, 3.0, frames(3.0))
    assert made.plan.stamp_s == 3.0
    assert made.alive.all()
    assert made.plan.probabilities.sum() == pytest.approx(1.0)
    assert made.plan.positions_m.shape == (3, 33, 2)
    assert np.isfinite(made.action.curvature_1pm)


def test_a_lost_image_is_replaced_by_the_one_before_for_a_while(planner: Planner) -> None:
    plan(planner, 1.0, frames(1.0))
    soon = plan(planner, 1.1, frames(1.1, without='front'))
    assert soon.alive.all()
    late = plan(planner, 1.3, frames(1.3, without='front'))
    assert late.alive.tolist() == [False, True, True, True, True, True]
    assert (soon.sees_ahead, late.sees_ahead) == (True, False)


def test_without_a_side_camera_it_sees_ahead(planner: Planner) -> None:
    made = plan(planner, 1.0, frames(1.0, without='front_left'))
    assert made.alive.tolist() == [True, False, True, True, True, True]
    assert made.sees_ahead


def test_time_that_runs_back_begins_anew(planner: Planner) -> None:
    first = plan(planner, 1.0, frames(1.0))
    plan(planner, 1.2, frames(1.2))
    plan(planner, 9.0, frames(9.0))
    again = plan(planner, 1.0, frames(1.0))
    assert np.array_equal(again.raw.means, first.raw.means)


def test_what_was_seen_before_matters(planner: Planner) -> None:
    alone = plan(planner, 5.0, frames(5.0))
    planner.reset()
    for stamp_s in (4.6, 4.8):
        plan(planner, stamp_s, frames(stamp_s))
    assert not np.array_equal(plan(planner, 5.0, frames(5.0)).raw.means, alone.raw.means)


def test_an_image_of_an_unknown_camera_is_refused(planner: Planner) -> None:
    stranger = CameraFrame('roof', 1.0, np.zeros((128, 256, 3), np.uint8))
    with pytest.raises(InputError, match='roof'):
        plan(planner, 1.0, [stranger])
