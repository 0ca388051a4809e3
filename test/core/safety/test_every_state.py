# SPDX-License-Identifier: Apache-2.0
"""Rules that hold in all states: faults, driver override, first curvatures."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from gate_car import CURVATURE_1PM, SPEED_MPS, TICK_S, Car, codes, command

from wpt_core.safety import Doubts, GateState
from wpt_core.types import Level, Notice

INTRUDER = Doubts(intruders=(Notice(Level.ERROR, 'intruder', '/somebody'),))


def not_a_number(car: Car) -> None:
    car.gate.watch.take_command(car.now, command(math.nan))


def jump(car: Car) -> None:
    car.gate.watch.take_odometry(car.now, replace(car.motion, speed_mps=3.0))


def clock_back(car: Car) -> None:
    car.now_s -= 5.0


def clock_ahead(car: Car) -> None:
    car.now_s += 5.0


FAULTS: dict[str, Callable[[Car], object]] = {
    'command_not_finite': not_a_number,
    'speed_jump': jump,
    'time_jumped_back': clock_back,
    'time_jumped_ahead': clock_ahead,
    'intruder': lambda car: car.gate.watch.take_sources(INTRUDER),
    'time_not_finite': lambda car: setattr(car, 'steady_s', math.nan),
}


@pytest.mark.parametrize('state', ['DISENGAGED', 'ENGAGED', 'DEGRADED', 'OVERRIDDEN'])
@pytest.mark.parametrize('code', FAULTS)
def test_a_fault_is_one_in_every_state(state: str, code: str) -> None:
    car = Car().put_in(GateState[state])
    car.wait(TICK_S)
    FAULTS[code](car)
    passed = car.tick()
    assert (passed.state, codes(passed)) == (GateState.FAULT, [code])
    assert not passed.command.valid


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED', 'OVERRIDDEN', 'FAULT', 'DISENGAGED'])
def test_disengaging_is_never_refused(state: str) -> None:
    car = Car()
    if state == 'FAULT':
        car.engaged().gate.watch.take_sources(INTRUDER)
        car.run(TICK_S)
    else:
        car.put_in(GateState[state])
    car.gate.disengage()
    passed = car.run(TICK_S)
    assert passed.state is (GateState.FAULT if state == 'FAULT' else GateState.DISENGAGED)
    assert not passed.command.valid


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED'])
def test_hands_that_touch_and_leave_between_two_ticks_win(state: str) -> None:
    car = Car().put_in(GateState[state])
    car.wait(0.25 * TICK_S)
    car.gate.take_driver(car.now, steers=True)
    car.wait(0.25 * TICK_S)
    car.gate.take_driver(car.now, steers=False)
    passed = car.run(TICK_S)
    assert (passed.state, codes(passed)) == (GateState.OVERRIDDEN, ['driver_steers'])
    assert not passed.command.valid
    assert codes(car.run(TICK_S)) == ['driver_releases']
    car.commands = True
    assert car.run(0.4).state is GateState.OVERRIDDEN
    assert car.run(0.2).state is GateState.ENGAGED


def test_a_touch_blocks_engaging_until_the_next_tick() -> None:
    car = Car().put_in(GateState.DISENGAGED)
    car.gate.take_driver(car.now, steers=True)
    car.gate.take_driver(car.now, steers=False)
    assert [notice.code for notice in car.gate.engage(car.now)] == ['driver_steers']
    car.run(TICK_S)
    assert car.gate.engage(car.now) == ()


@pytest.mark.parametrize('side', [-1.0, 1.0])
def test_steering_begins_within_the_limits_where_the_car_is_not(side: float) -> None:
    car, most_1pm = Car(), 3.0 / SPEED_MPS**2
    driven = replace(car.motion, yaw_rate_radps=side * 2.0 * most_1pm * SPEED_MPS)
    car.gate.watch.take_odometry(car.now, driven)
    car.gate.watch.take_command(car.now, command(car.now_s, curvature_1pm=0.0))
    car.tick()
    assert car.gate.engage(car.now) == ()
    car.wait(TICK_S)
    passed = car.tick()
    assert passed.state is GateState.ENGAGED
    jerk_1pmps = 5.0 / SPEED_MPS**2
    assert abs(passed.command.curvature_1pm) <= most_1pm
    assert abs(passed.command.curvature_rate_1pmps) <= jerk_1pmps * (1 + 1e-9)


def test_a_held_curvature_keeps_the_stamp_of_its_plan() -> None:
    car = Car().engaged()
    car.odometry = False
    held_s = math.nan
    for _ in range(60):
        passed = car.run(TICK_S)
        if passed.state is GateState.ENGAGED:
            held_s = passed.command.plan_stamp_s
    assert passed.state is GateState.DEGRADED
    assert car.gate.watch.command is not None
    assert car.gate.watch.command.plan_stamp_s > held_s + 0.2
    assert passed.command.plan_stamp_s == held_s
    assert 0.0 < passed.command.curvature_1pm <= CURVATURE_1PM
