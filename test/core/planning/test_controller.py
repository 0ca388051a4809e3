# SPDX-License-Identifier: Apache-2.0
"""The controller follows the newest plan without steps and is invalid without inputs."""

import numpy as np
import pytest

from wpt_core.planning import Controller, ControllerSettings
from wpt_core.types import Action, InputError, Plan, plan_times_s

SPEED_MPS, DELAY_S = 15.0, 0.3
JERK, SQUARE = 5.0, SPEED_MPS**2


def plan(stamp_s: float, *, bends_1pmps: float = 0.0, probability: float = 0.6) -> Plan:
    """Two hypotheses; the first has increasing curvature, the second bends the other way."""
    times_s = plan_times_s()
    yaw_rates = SPEED_MPS * bends_1pmps * times_s
    flat = np.zeros((2, len(times_s)))
    return Plan(
        stamp_s=stamp_s,
        times_s=times_s,
        positions_m=np.zeros((2, len(times_s), 2)),
        speeds_mps=flat + SPEED_MPS,
        accelerations_mps2=flat,
        yaws_rad=flat,
        yaw_rates_radps=np.stack([yaw_rates, -yaw_rates]),
        position_scales_m=np.ones((2, len(times_s), 2)),
        probabilities=np.array([probability, 1.0 - probability]),
    )


def driving(curvature_1pm: float = 0.0) -> Controller:
    controller = Controller()
    controller.take_motion(SPEED_MPS, curvature_1pm)
    return controller


def test_without_a_plan_or_a_motion_it_says_so() -> None:
    controller = Controller()
    assert not controller.command_at(1.0).valid
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    assert not controller.command_at(1.0).valid
    controller.take_motion(SPEED_MPS, 0.0)
    assert controller.command_at(1.0).valid


def test_it_begins_with_what_is_driven_and_goes_there_no_faster_than_the_standard() -> None:
    controller = driving(0.002)
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    asked = [controller.command_at(1.0 + 0.01 * tick).curvature_1pm for tick in range(200)]
    assert asked[0] == pytest.approx(0.002)
    assert asked[50] == pytest.approx(0.01, rel=0.2)
    assert np.abs(np.diff(asked)).max() * SQUARE / 0.01 <= JERK + 1.2  # the trim adds a little


def test_asking_again_at_the_same_time_decides_anew() -> None:
    once, twice = driving(), driving()
    for controller in (once, twice):
        controller.take_plan(plan(1.0), Action(0.0, 0.0), delay_s=DELAY_S)
        controller.command_at(1.0)
    twice.command_at(1.05)
    for controller in (once, twice):
        controller.take_plan(plan(1.05), Action(0.01, 0.0), delay_s=DELAY_S)
    assert twice.command_at(1.05) == once.command_at(1.05)
    assert once.command_at(1.05).curvature_1pm == pytest.approx(JERK * 0.05 / SQUARE)


@pytest.mark.parametrize(('probability', 'sign'), [(0.6, 1.0), (0.4, -1.0)])
def test_between_plans_it_bends_on_as_the_likelier_future_does(
    probability: float, sign: float
) -> None:
    controller = driving()
    bends = plan(1.0, bends_1pmps=0.002, probability=probability)
    controller.take_plan(bends, Action(0.0, 0.0), delay_s=DELAY_S)
    asked = [controller.command_at(1.0 + 0.01 * tick).curvature_1pm for tick in range(11)]
    # Piecewise linear between the plan's own points, so nearly exact.
    assert asked[10] == pytest.approx(sign * 0.002 * 0.1, rel=0.05)


def test_an_old_plan_is_not_followed_for_ever() -> None:
    controller = driving()
    most_s = ControllerSettings().most_age_s
    controller.take_plan(plan(1.0, bends_1pmps=0.002), Action(0.0, 0.0), delay_s=DELAY_S)
    asked = [controller.command_at(1.0 + 0.05 * tick).curvature_1pm for tick in range(60)]
    wanted = 0.002 * most_s
    assert asked[11] == pytest.approx(wanted, rel=0.15)
    assert asked[59] - asked[11] < 1.2 / SQUARE, 'only the trim still moves'
    assert controller.command_at(5.0).plan_stamp_s == 1.0


def test_the_command_carries_its_plan_and_its_rate() -> None:
    controller = driving()
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    controller.command_at(1.0)
    command = controller.command_at(1.02)
    assert (command.stamp_s, command.plan_stamp_s) == (1.02, 1.0)
    assert command.curvature_rate_1pmps == pytest.approx(JERK / SQUARE)


def test_while_the_driver_steers_the_car_is_followed_and_nothing_is_learnt() -> None:
    controller = driving()
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    controller.take_steering(False)
    for tick in range(200):
        controller.take_motion(SPEED_MPS, -0.003)
        followed = controller.command_at(1.0 + 0.02 * tick)
    assert followed.curvature_1pm == pytest.approx(-0.003)
    controller.take_steering(True)
    assert controller.command_at(5.0).curvature_1pm == pytest.approx(-0.003)


@pytest.mark.parametrize('jump_s', [-3.0, -0.01])
def test_time_that_jumps_back_begins_anew(jump_s: float) -> None:
    controller = driving(0.001)
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    for tick in range(10):
        controller.command_at(1.0 + 0.02 * tick)
    assert controller.command_at(1.0 + jump_s).curvature_1pm == pytest.approx(0.001, abs=1e-4)


def test_forgetting_forgets_the_plan() -> None:
    controller = driving()
    controller.take_plan(plan(1.0), Action(0.01, 0.0), delay_s=DELAY_S)
    controller.reset()
    assert not controller.command_at(1.0).valid


@pytest.mark.parametrize('field', list(ControllerSettings.__dataclass_fields__))
@pytest.mark.parametrize('value', [0.0, -1.0, 1e9, float('nan'), float('inf')])
def test_settings_are_checked(field: str, value: float) -> None:
    with pytest.raises(InputError, match=f'ControllerSettings.{field} must be between'):
        ControllerSettings(**{field: value})
