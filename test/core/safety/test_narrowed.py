# SPDX-License-Identifier: Apache-2.0
"""Conditions that must hold in every state, and bounds that only rare input reaches."""

import math

import pytest
from gate_car import BOOT_S, SPEED_MPS, TICK_S, Car, at, codes

from wpt_core.safety import (
    Doubts,
    Gate,
    GateSettings,
    GateState,
    Motion,
    Now,
    OdometryCheck,
    OdometrySettings,
)
from wpt_core.safety.clocks import Clocks
from wpt_core.types import Level, Notice
from wpt_core.vehicle import Chassis

STATES = [state.name for state in GateState]
INTRUDER = Doubts(intruders=(Notice(Level.ERROR, 'intruder', '/somebody'),))


def car_in(state: str, *, simulated: bool = False) -> Car:
    car = Car(simulated=simulated)
    if state == 'FAULT':
        car.engaged().gate.watch.take_sources(INTRUDER)
        assert car.run(TICK_S).state is GateState.FAULT
        return car
    return car.put_in(GateState[state])


def refusals(gate: Gate, now: Now) -> list[str]:
    return [notice.code for notice in gate.engage(now)]


@pytest.mark.parametrize('state', STATES)
def test_hands_on_the_wheel_refuse_engaging(state: str) -> None:
    car = car_in(state)
    car.gate.take_driver(car.now, steers=True)
    assert 'driver_steers' in refusals(car.gate, car.now)


def test_hands_that_came_during_a_fault_count_after_it() -> None:
    car = car_in('FAULT')
    car.gate.take_driver(car.now, steers=True)
    car.gate.watch.take_sources(Doubts())
    assert car.run(2.0).state is GateState.DISENGAGED
    assert refusals(car.gate, car.now) == ['driver_steers']


@pytest.mark.parametrize('state', STATES)
@pytest.mark.parametrize('by_s', [-5.0, 5.0])
def test_a_clock_that_was_set_makes_everything_received_old(state: str, by_s: float) -> None:
    car = car_in(state)
    car.wait(TICK_S)
    car.now_s += by_s
    assert car.tick().state is GateState.FAULT
    assert car.gate.watch.command is None
    assert {'command_stale', 'plan_stale', 'odometry_stale'} <= set(refusals(car.gate, car.now))


@pytest.mark.parametrize('state', STATES)
def test_a_clock_without_a_number_leaves_the_time_of_the_tick_before(state: str) -> None:
    car = car_in(state)
    before_s = car.now_s
    for broken in (Now(math.nan, car.steady_s), Now(car.now_s, math.inf)):
        assert car.gate.tick(broken).command.stamp_s == before_s


@pytest.mark.parametrize('state', STATES)
def test_a_simulated_clock_that_stands_still_refuses_engaging(state: str) -> None:
    car = car_in(state, simulated=True)
    assert 'clock_still' in refusals(car.gate, Now(car.now_s, car.steady_s + 10.0))


def test_what_is_lost_between_two_ticks_needs_no_tick_in_between() -> None:
    car = Car(GateSettings(late_s=0.4, lost_s=0.5, gap_s=0.5)).engaged()
    car.commands = False
    assert car.run(0.25).state is GateState.ENGAGED
    car.wait(0.3)
    car.gate.watch.take_odometry(car.now, car.motion)
    passed = car.tick()
    assert passed.state is GateState.DISENGAGED
    assert 'command_stale' in codes(passed)


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED'])
def test_without_a_command_nothing_goes_out_even_while_steering(state: str) -> None:
    car = car_in(state)
    car.gate.watch.command = None
    car.wait(TICK_S)
    assert not car.tick().command.valid


def test_a_fading_command_tells_its_rate() -> None:
    car = Car().put_in(GateState.DEGRADED)
    rates = []
    while (passed := car.run(TICK_S)).state is GateState.DEGRADED:
        rates.append(passed.command.curvature_rate_1pmps)
    assert min(rates) < -0.001


def test_a_command_never_fades_below_zero() -> None:
    car = Car().put_in(GateState.DEGRADED)
    assert car.gate._fading(at(car.now_s + 10.0)) == 0.0


def test_no_time_passes_backwards_between_two_ticks() -> None:
    clocks = Clocks(GateSettings(), simulated=True)
    for stamp_s in (10.0, 5.0):
        clocks.advance(Now(stamp_s, BOOT_S))
        assert clocks.elapsed_s == 0.0


def test_the_bounding_speed_grows_until_odometry_is_lost_and_never_by_a_negative_age() -> None:
    car = Car().put_in(GateState.ENGAGED)
    lost_s = GateSettings().lost_s
    bounds = [car.gate.watch.bound_mps(at(car.now_s + age_s)) for age_s in (0.0, lost_s, 10.0)]
    assert bounds[0] < bounds[1] == bounds[2]
    check = OdometryCheck(OdometrySettings(), Chassis())
    check.take(Motion(1.0, SPEED_MPS, 0.0, 0.0, 0.0, 0.0))
    assert check.bound_mps(-1.0) == check.bound_mps(0.0) == SPEED_MPS


@pytest.mark.parametrize('longer', ['moved', 'way'])
def test_the_longer_of_two_ways_decides_how_far_they_may_differ(longer: str) -> None:
    """30 m by one of them; the other is 3.1 m shorter, more than a tenth of itself and 0.25 m."""
    settings = OdometrySettings()
    longest_m, step_s = 30.0, 0.05
    shortest_m = longest_m - settings.pose_share * longest_m - 0.5 * settings.pose_noise_m
    assert longest_m - shortest_m > settings.pose_share * shortest_m + settings.pose_noise_m
    moved_mps, speed_mps = (
        (longest_m, shortest_m) if longer == 'moved' else (shortest_m, longest_m)
    )
    check = OdometryCheck(settings, Chassis())
    for step in range(60):
        at_s = step * step_s
        assert check.take(Motion(at_s, speed_mps, 0.0, moved_mps * at_s, 0.0, 0.0)) is None
