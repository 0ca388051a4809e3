# SPDX-License-Identifier: Apache-2.0
"""Student driver: the whole pipeline, within the limits of a car."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from training.simulators.proving_ground.disturbance import Disturbance
from training.simulators.proving_ground.student_driver import StudentDriver, student_kind
from wpt_core.model import Student, preset
from wpt_core.model.runtime import EagerBackend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig
from wpt_core.types import CameraFrame, Command, Observation

RIG = surround_rig()


@pytest.fixture(scope='module')
def planner() -> Callable[[], Planner]:
    torch.manual_seed(0)
    student = Student(preset('debug')).eval()
    with torch.no_grad():
        # An untrained student that asks for much: the limits must hold whatever it says.
        student.steering.law[-1].weight *= 100.0
    backend = EagerBackend(student, device='cpu', precision='float32', threads=1)
    return lambda: Planner(
        backend,
        student.config,
        plan_scales=student.plan_scales.numpy(),
        views=RIG,
        rig=RIG,
    )


def seen(time_s: float, *, frames: bool, speed_mps: float = 15.0) -> Observation:
    noise = np.random.default_rng(round(time_s * 100))
    return Observation(
        time_s=time_s,
        speed_mps=speed_mps,
        yaw_rate_radps=0.0,
        acceleration_mps2=0.0,
        curvature_1pm=0.0,
        command=Command.KEEP,
        set_speed_mps=15.0,
        frames=tuple(
            CameraFrame(name, time_s, noise.integers(0, 255, (128, 256, 3), dtype=np.uint8))
            for name in (RIG.names if frames else ())
        ),
    )


def test_it_plans_when_it_is_shown_pictures_and_steers_in_between(
    planner: Callable[[], Planner],
) -> None:
    driver = student_kind('s', planner, plan_every=2).make()
    assert isinstance(driver, StudentDriver)
    stamps = []
    for step in range(6):
        driver.act(seen(step * 0.05, frames=step % 2 == 0))
        assert driver.planned is not None
        stamps.append(round(driver.planned.plan.stamp_s, 2))
        assert driver.planned.alive.all()
    assert stamps == [0.0, 0.0, 0.1, 0.1, 0.2, 0.2]


def test_whatever_the_network_says_curvature_stays_in_its_limits(
    planner: Callable[[], Planner],
) -> None:
    driver = StudentDriver(planner())
    before, speed_mps = 0.0, 15.0
    for step in range(40):
        action = driver.act(seen(step * 0.05, frames=True))
        trim_1pm = 1.2 / speed_mps**2
        assert abs(action.curvature_1pm) <= 3.0 / speed_mps**2 + trim_1pm + 1e-9
        jerk_mps3 = abs(action.curvature_1pm - before) * speed_mps**2 / 0.05
        assert jerk_mps3 <= 5.0 + 3.0 / 1.5 + 1e-6
        before = action.curvature_1pm


def test_without_any_picture_it_still_answers(planner: Callable[[], Planner]) -> None:
    driver = StudentDriver(planner(), disturbance=Disturbance(drop_share=1.0))
    action = driver.act(seen(0.0, frames=True))
    assert np.isfinite(action.curvature_1pm)
    assert driver.planned is not None
    assert not driver.planned.alive.any()


def test_a_late_answer_is_the_same_answer_later(planner: Callable[[], Planner]) -> None:
    prompt = StudentDriver(planner())
    late = StudentDriver(planner(), disturbance=Disturbance(extra_delay_s=0.1))
    now = [prompt.act(seen(step * 0.05, frames=True)).curvature_1pm for step in range(8)]
    then = [late.act(seen(step * 0.05, frames=True)).curvature_1pm for step in range(8)]
    assert then[:2] == [0.0, 0.0]
    assert then[2:] == now[:-2]
