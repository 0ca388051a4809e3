# SPDX-License-Identifier: Apache-2.0
"""Neither a clock that others can set nor one that stands still makes anything younger."""

import pytest
from gate_car import BOOT_S, TICK_S, Car, codes, command

from wpt_core.safety import GateSettings, GateState, Now


def test_a_clock_that_stands_still_makes_everything_late_on_the_steady_one() -> None:
    car = Car().engaged()
    for _ in range(29):
        car.steady_s += TICK_S
        assert car.tick().state is GateState.ENGAGED
    for _ in range(4):
        car.steady_s += TICK_S
        passed = car.tick()
    assert passed.state is GateState.DEGRADED
    assert codes(passed) == ['plan_stale', 'command_stale', 'odometry_stale']
    car.steady_s += 0.15
    car.tick()
    for _ in range(50):
        car.steady_s += TICK_S
        passed = car.tick()
    assert passed.state is GateState.DISENGAGED


def test_one_stamp_again_and_again_is_no_new_message() -> None:
    car = Car().engaged()
    stamp_s = car.now_s
    for _ in range(40):
        car.steady_s += TICK_S
        car.gate.watch.take_command(car.now, command(stamp_s))
        car.gate.watch.take_odometry(car.now, car.motion)
        passed = car.tick()
    assert passed.state is GateState.DEGRADED


@pytest.mark.parametrize(('jump_s', 'state'), [(0.19, 'ENGAGED'), (0.22, 'FAULT')])
def test_a_clock_that_is_set_ahead_is_a_fault(jump_s: float, state: str) -> None:
    car = Car().engaged()
    car.wait(TICK_S)
    car.now_s += jump_s
    passed = car.tick()
    assert passed.state is GateState[state]
    assert codes(passed) == (['time_jumped_ahead'] if state == 'FAULT' else [])


def test_setting_the_clock_ahead_heals_no_fault() -> None:
    car = Car().engaged()
    car.gate.watch.take_command(car.now, command(float('nan')))
    assert car.run(TICK_S).state is GateState.FAULT
    car.now_s += 100.0
    assert car.run(TICK_S).state is GateState.FAULT
    assert car.run(0.9).state is GateState.FAULT
    assert car.run(0.2).state is GateState.DISENGAGED


def gain(car: Car, seconds: float) -> None:
    """On the clock of the stamps, by which the odometry goes as well."""
    car.now_s += seconds
    car.x_m += car.speed_mps * seconds


def test_setting_the_clock_ahead_ends_no_override() -> None:
    car = Car().put_in(GateState.OVERRIDDEN)
    car.gate.take_driver(car.now, steers=False)
    for _ in range(3):  # each is too little to be a jump; together they are more than release_s
        gain(car, 0.19)
        assert car.run(TICK_S).state is GateState.OVERRIDDEN


def test_the_limits_grow_with_the_steady_clock_only() -> None:
    car = Car().engaged()
    car.curvature_1pm = -0.01
    before = car.run(TICK_S).command.curvature_1pm
    gain(car, 0.1)
    after = car.run(TICK_S).command.curvature_1pm
    assert before - after <= 5.0 * TICK_S / 15.0**2 * (1 + 1e-6)


def still(car: Car, seconds: float) -> GateState:
    """Simulated time stands still, the nodes tick on."""
    for _ in range(round(seconds / TICK_S)):
        car.steady_s += TICK_S
        passed = car.tick()
    return passed.state


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED', 'OVERRIDDEN'])
def test_simulated_time_may_stand_still_for_a_while_only(state: str) -> None:
    car = Car(simulated=True).put_in(GateState[state])
    assert still(car, 2.9) is GateState[state]
    assert still(car, 0.2) is GateState.FAULT
    assert codes(car.tick()) == ['clock_still']


def test_with_simulated_time_that_stands_still_nothing_engages() -> None:
    car = Car(simulated=True)
    car.run(0.1)
    assert still(car, 3.1) is GateState.DISENGAGED
    assert [notice.code for notice in car.gate.engage(car.now)] == ['clock_still']
    car.run(TICK_S)
    assert car.gate.engage(car.now) == ()


@pytest.mark.parametrize('pace', [0.05, 1.0, 10.0])
def test_a_simulation_may_be_slower_or_faster_than_time(pace: float) -> None:
    car = Car(simulated=True).engaged()
    for _ in range(200):
        car.steady_s += TICK_S / pace - TICK_S
        assert car.run(TICK_S).state is GateState.ENGAGED


def test_simulated_time_that_jumps_ahead_while_steering_is_a_fault() -> None:
    car = Car(simulated=True).engaged()
    car.now_s += 0.3
    assert codes(car.tick()) == ['time_jumped_ahead']


def test_what_a_fast_simulation_waits_for_takes_real_time_too() -> None:
    car = Car(simulated=True).engaged()
    car.gate.watch.take_command(car.now, command(float('nan')))
    for _ in range(200):
        car.steady_s += TICK_S / 10 - TICK_S
        passed = car.run(TICK_S)
    assert passed.state is GateState.FAULT


def test_after_a_jump_back_a_new_simulation_may_have_another_speed() -> None:
    for simulated, code in ((True, 'time_jumped_back'), (False, 'speed_jump')):
        car = Car(GateSettings(healed_s=30.0), simulated=simulated).engaged()
        car.now_s -= 5.0
        car.tick()
        car.speed_mps = 2.0
        assert codes(car.run(1.0)) == [code]


def test_the_clock_of_the_stamps_may_show_anything_at_the_start() -> None:
    car = Car()
    car.now_s = 1.8e9
    car.x_m = 5.0
    assert car.now == Now(1.8e9, 10.0 + BOOT_S)
    car.engaged()
