# SPDX-License-Identifier: Apache-2.0
"""The gate in typical situations."""

import pytest
from gate_car import CURVATURE_1PM, SPEED_MPS, TICK_S, Car, at, codes

from wpt_core.safety import Doubts, Gate, GateState
from wpt_core.types import LateralCommand, Level, Notice

INTRUDER = Doubts(intruders=(Notice(Level.ERROR, 'intruder', '/somebody'),))


def test_it_begins_disengaged_and_says_what_is_missing() -> None:
    passed = Gate().tick(at(5.0))
    assert passed.state is GateState.DISENGAGED
    assert codes(passed) == ['plan_stale', 'command_stale', 'odometry_stale']
    assert 'No usable plan yet' in passed.reasons[0].text
    assert passed.command == LateralCommand(5.0, 0.0, 0.0, 0.0, valid=False)


def test_engaging_is_explicit() -> None:
    car = Car()
    assert car.run(3.0).state is GateState.DISENGAGED
    assert car.gate.engage(car.now) == ()
    passed = car.run(0.5)
    assert passed.state is GateState.ENGAGED
    assert passed.reasons == ()
    assert passed.command.valid
    assert passed.command.curvature_1pm == pytest.approx(CURVATURE_1PM)
    assert passed.command.plan_stamp_s == pytest.approx(car.now_s - 0.1)
    assert car.alerts == ['engaged']


def test_engaging_is_refused_with_the_reason_and_forgotten() -> None:
    car = Car()
    car.commands = False
    car.run(0.1)
    assert [notice.code for notice in car.gate.engage(car.now)] == [
        'plan_stale',
        'command_stale',
    ]
    car.commands = True
    assert car.run(1.0).state is GateState.DISENGAGED


def test_engaging_counts_for_the_next_tick_only_if_all_is_still_well() -> None:
    car = Car()
    car.run(0.1)
    assert car.gate.engage(car.now) == ()
    car.gate.take_driver(car.now, steers=True)
    assert car.tick().state is GateState.DISENGAGED
    car.gate.take_driver(car.now, steers=False)
    assert car.run(2.0).state is GateState.DISENGAGED


def test_it_begins_with_what_the_car_drives() -> None:
    car = Car()
    car.curvature_1pm = 0.01
    car.run(0.1)
    car.gate.engage(car.now)
    first = car.run(TICK_S).command.curvature_1pm
    assert 0.0 < first <= 5.0 * TICK_S / SPEED_MPS**2 * (1 + 1e-9)


@pytest.mark.parametrize('dead', ['commands', 'odometry', 'torque'])
def test_what_falls_silent_degrades_then_disengages(dead: str) -> None:
    car = Car()
    car.torque = True
    car.engaged()
    setattr(car, dead, False)
    age_s = 0.1 if dead == 'commands' else 0.0
    assert car.run(0.28 - age_s).state is GateState.ENGAGED
    held = car.run(0.04)
    assert held.state is GateState.DEGRADED
    assert held.command.valid
    assert held.command.curvature_1pm == pytest.approx(CURVATURE_1PM)
    fading = car.run(0.45)
    assert fading.state is GateState.DEGRADED
    assert 0.0 < fading.command.curvature_1pm < 0.6 * CURVATURE_1PM
    assert car.run(0.11).state is GateState.DEGRADED
    gone = car.run(0.04)
    assert gone.state is GateState.DISENGAGED
    assert not gone.command.valid
    assert gone.command.curvature_1pm == 0.0
    assert car.alerts == ['engaged', 'degraded', 'take_over']
    setattr(car, dead, True)
    assert car.run(1.0).state is GateState.DISENGAGED


def test_a_plan_that_is_back_in_time_is_obeyed_again() -> None:
    car = Car().engaged()
    car.commands = False
    assert car.run(0.5).state is GateState.DEGRADED
    car.commands = True
    assert car.run(0.1).state is GateState.ENGAGED


def test_a_fault_heals_to_disengaged_after_its_time() -> None:
    car = Car().engaged()
    car.gate.watch.take_sources(INTRUDER)
    passed = car.run(2.0)
    assert passed.state is GateState.FAULT
    assert '/somebody' in passed.reasons[0].text
    assert car.gate.engage(car.now)[0].code == 'intruder'
    car.gate.watch.take_sources(Doubts())
    assert car.run(0.98).state is GateState.FAULT
    assert car.run(0.04).state is GateState.DISENGAGED
    assert car.alerts == ['engaged', 'take_over', 'disengaged']
    assert car.gate.engage(car.now) == ()


def test_a_fault_while_nobody_steers_is_a_warning() -> None:
    car = Car()
    car.run(0.1)
    car.gate.watch.take_sources(INTRUDER)
    car.tick()
    assert car.alerts == ['fault']


def test_the_driver_wins_and_gets_the_wheel_back_smoothly() -> None:
    car = Car().engaged()
    car.gate.take_driver(car.now, steers=True)
    passed = car.run(1.0)
    assert passed.state is GateState.OVERRIDDEN
    assert codes(passed) == ['driver_steers']
    assert not passed.command.valid
    assert car.gate.engage(car.now)[0].code == 'driver_steers'
    car.gate.take_driver(car.now, steers=False)
    assert codes(car.run(0.48)) == ['driver_releases']
    resumed = car.run(0.03)
    assert resumed.state is GateState.ENGAGED
    assert resumed.command.curvature_1pm < 0.5 * CURVATURE_1PM
    assert car.alerts == ['engaged', 'overridden', 'engaged']


def test_a_driver_who_keeps_the_wheel_drives() -> None:
    car = Car().engaged()
    car.gate.take_driver(car.now, steers=True)
    passed = car.run(4.0)
    car.gate.take_driver(car.now, steers=True)
    assert passed.state is GateState.OVERRIDDEN
    assert car.run(0.99).state is GateState.OVERRIDDEN
    assert car.run(0.03).state is GateState.DISENGAGED
    assert car.alerts == ['engaged', 'overridden', 'disengaged']


def test_nothing_is_resumed_while_the_plan_is_late() -> None:
    car = Car().engaged()
    car.gate.take_driver(car.now, steers=True)
    car.run(0.1)
    car.gate.take_driver(car.now, steers=False)
    car.commands = False
    assert car.run(0.7).state is GateState.OVERRIDDEN
    assert car.run(0.3).state is GateState.DISENGAGED


def test_disengaging_is_never_refused() -> None:
    car = Car().engaged()
    car.gate.engage(car.now)
    car.gate.disengage()
    assert car.run(TICK_S).state is GateState.DISENGAGED
    assert car.run(1.0).state is GateState.DISENGAGED
    assert car.alerts == ['engaged', 'disengaged']


@pytest.mark.parametrize(('pause_s', 'state'), [(0.199, 'ENGAGED'), (0.21, 'FAULT')])
def test_a_gate_that_was_not_run_while_steering_is_a_fault(pause_s: float, state: str) -> None:
    car = Car().engaged()
    car.wait(pause_s)
    passed = car.tick()
    assert passed.state is GateState[state]


def test_a_gate_that_was_not_run_while_nobody_steered_is_none() -> None:
    car = Car()
    car.run(0.1)
    car.wait(100.0)
    assert car.tick().state is GateState.DISENGAGED


def test_a_pause_is_not_made_up_for_by_a_jump() -> None:
    car = Car().engaged()
    car.wait(0.15)
    car.curvature_1pm = -0.01
    car.send()
    passed = car.tick()
    step = CURVATURE_1PM - passed.command.curvature_1pm
    assert step == pytest.approx(5.0 * 0.05 / SPEED_MPS**2)
    assert passed.command.curvature_rate_1pmps == pytest.approx(-5.0 / SPEED_MPS**2)
