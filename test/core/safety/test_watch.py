# SPDX-License-Identifier: Apache-2.0
"""Inputs of the gate: old, invalid, not finite, on another clock."""

import math
from dataclasses import astuple, replace
from typing import Any

import pytest
from gate_car import CURVATURE_1PM, TICK_S, Car, at, codes, command, motion

from wpt_core.safety import Gate, GateState, Motion
from wpt_core.types import LateralCommand


@pytest.mark.parametrize(('now_s', 'old'), [(8.25, False), (8.5, False), (8.5000001, True)])
def test_exactly_as_old_as_allowed_is_not_too_old(now_s: float, old: bool) -> None:
    watch = Gate().watch
    watch.take_command(at(8.0), LateralCommand(8.0, 8.0, 0.0, 0.0, valid=True))
    watch.take_odometry(at(8.0), motion(8.0))
    assert len(watch.older_than(0.5, at(now_s))) == (3 if old else 0)


def test_an_old_plan_in_new_commands_counts_as_old() -> None:
    car = Car().engaged()
    car.commands = False
    plan_s = car.now_s
    for _ in range(100):
        car.wait(TICK_S)
        late = LateralCommand(car.now_s, plan_s, CURVATURE_1PM, 0.0, valid=True)
        car.gate.watch.take_command(car.now, late)
        car.gate.watch.take_odometry(car.now, car.motion)
        passed = car.tick()
    assert passed.state is GateState.DISENGAGED
    assert codes(passed) == ['plan_stale']


@pytest.mark.parametrize(
    ('change', 'code'),
    [
        ({'valid': False}, 'command_invalid'),
        ({'stamp_s': 1e6}, 'command_from_the_future'),
        ({'plan_stamp_s': 1e6}, 'command_from_the_future'),
        ({'stamp_s': 9.0}, 'command_before_plan'),
        ({'stamp_s': 9.0, 'plan_stamp_s': 8.9}, 'command_out_of_order'),
    ],
)
def test_unsound_commands_are_as_if_they_had_not_come(change: dict[str, Any], code: str) -> None:
    car = Car().engaged()
    car.commands = False
    for _ in range(25):
        car.wait(TICK_S)
        unsound = replace(command(car.now_s, curvature_1pm=0.013), **change)
        car.gate.watch.take_command(car.now, unsound)
        car.gate.watch.take_odometry(car.now, car.motion)
        passed = car.tick()
        assert passed.command.curvature_1pm == pytest.approx(CURVATURE_1PM)
    assert passed.state is GateState.DEGRADED
    assert code in codes(passed)
    car.commands = True
    assert code not in codes(car.run(0.05))


@pytest.mark.parametrize(
    'name', ['stamp_s', 'plan_stamp_s', 'curvature_1pm', 'curvature_rate_1pmps']
)
@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf])
def test_a_command_that_is_not_finite_is_a_fault_at_once(name: str, value: float) -> None:
    car = Car().engaged()
    changed: dict[str, Any] = {name: value}
    car.gate.watch.take_command(car.now, replace(command(car.now_s), **changed))
    passed = car.tick()
    assert passed.state is GateState.FAULT
    assert not passed.command.valid
    assert codes(passed) == ['command_not_finite']
    assert car.alerts[-1] == 'take_over'


@pytest.mark.parametrize('which', range(6))
def test_odometry_that_is_not_finite_is_a_fault(which: int) -> None:
    car = Car().engaged()
    numbers = list(astuple(car.motion))
    numbers[which] = math.nan
    car.gate.watch.take_odometry(car.now, Motion(*numbers))
    assert codes(car.tick()) == ['odometry_not_finite']


@pytest.mark.parametrize(
    ('speed_mps', 'state'), [(70.0, 'ENGAGED'), (70.1, 'FAULT'), (-71.0, 'FAULT')]
)
def test_a_speed_that_no_car_drives_is_a_fault(speed_mps: float, state: str) -> None:
    car = Car().engaged()
    faults = car.gate.watch
    faults.take_odometry(
        car.now, replace(car.motion, stamp_s=car.now_s + 1e-3, speed_mps=speed_mps)
    )
    passed = car.tick()
    assert ('speed_impossible' in codes(passed)) is (state == 'FAULT')


@pytest.mark.parametrize(('ahead_s', 'state'), [(0.049, 'ENGAGED'), (0.06, 'DISENGAGED')])
def test_odometry_from_the_future_is_not_taken(ahead_s: float, state: str) -> None:
    car = Car().engaged()
    car.odometry = False
    for _ in range(100):
        ahead = replace(car.motion, stamp_s=car.now_s + ahead_s)
        car.gate.watch.take_odometry(car.now, ahead)
        passed = car.run(TICK_S)
    assert passed.state is GateState[state]


@pytest.mark.parametrize('steers', [False, True])
def test_time_that_jumps_back_is_a_fault_and_everything_is_heard_anew(steers: bool) -> None:
    car = Car().engaged()
    car.gate.take_driver(car.now, steers=steers)
    car.now_s -= 5.0
    passed = car.tick()
    assert passed.state is GateState.FAULT
    assert '5.00 s' in passed.reasons[0].text
    car.gate.take_driver(car.now, steers=False)
    assert car.run(1.05).state is GateState.DISENGAGED
    assert car.gate.engage(car.now) == ()
    assert car.run(0.1).state is GateState.ENGAGED
    car.gate.take_driver(car.now, steers=True)
    assert car.run(0.1).state is GateState.OVERRIDDEN
    car.gate.take_driver(car.now, steers=False)
    assert car.run(0.6).state is GateState.ENGAGED


@pytest.mark.parametrize('now_s', [math.nan, math.inf])
def test_a_clock_without_a_number_is_a_fault(now_s: float) -> None:
    assert Gate().tick(at(now_s)).state is GateState.FAULT
    car = Car().engaged()
    passed = car.gate.tick(at(now_s))
    assert passed.state is GateState.FAULT
    assert passed.command.stamp_s == car.now_s


def test_a_message_without_a_time_is_not_taken() -> None:
    gate = Gate()
    gate.watch.take_command(at(math.nan), command(1.0))
    gate.watch.take_odometry(at(math.nan), motion(1.0))
    gate.watch.take_torque(at(math.nan))
    assert gate.watch.command is None
    assert len(gate.engage(at(math.nan))) == 5
    assert [notice.code for notice in gate.engage(at(1.0))][-2:] == [
        'torque_stale',
        'command_from_the_future',
    ]


def test_torque_is_needed_only_where_it_was_ever_felt() -> None:
    car = Car().engaged()
    assert car.run(2.0).state is GateState.ENGAGED
    car.gate.watch.take_torque(car.now)
    assert car.run(0.29).state is GateState.ENGAGED
    passed = car.run(0.03)
    assert passed.state is GateState.DEGRADED
    assert passed.reasons[0].text.startswith('The torque is 0.3')


def test_after_a_jump_of_time_torque_must_be_felt_again() -> None:
    car = Car()
    car.torque = True
    car.engaged()
    car.torque = False
    car.now_s -= 5.0
    assert car.run(1.5).state is GateState.DISENGAGED
    assert [notice.text for notice in car.gate.engage(car.now)] == ['No usable torque yet.']
