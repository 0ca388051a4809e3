# SPDX-License-Identifier: Apache-2.0
"""Odometry that cannot be true is named, and no speed that falls too fast loosens a limit."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from gate_car import TICK_S, Car, codes

from wpt_core.safety import GateState, Motion, OdometryCheck, OdometrySettings
from wpt_core.vehicle import Chassis

STEP_S = 0.05


def check() -> OdometryCheck:
    return OdometryCheck(OdometrySettings(), Chassis())


def drive(
    seconds: float,
    *,
    speed: Callable[[float], float] = lambda _: 16.0,
    turn: Callable[[float], float] = lambda _: 0.0,
) -> Iterator[Motion]:
    """True motions of a car, 20 a second."""
    x_m = y_m = yaw_rad = 0.0
    for step in range(round(seconds / STEP_S)):
        time_s = step * STEP_S
        for part in range(10):
            part_s = time_s + part * STEP_S / 10
            yaw_rad += turn(part_s) * STEP_S / 10
            x_m += speed(part_s) * math.cos(yaw_rad) * STEP_S / 10
            y_m += speed(part_s) * math.sin(yaw_rad) * STEP_S / 10
        end_s = time_s + STEP_S
        yield Motion(end_s, speed(end_s), turn(end_s), x_m, y_m, yaw_rad)


DRIVES = {
    'steady': {},
    'standing': {'speed': lambda _: 0.0},
    'starting': {'speed': lambda t: min(3.0 * t, 30.0)},
    'full braking': {'speed': lambda t: max(30.0 - 9.0 * t, 0.0)},
    'fast': {'speed': lambda _: 60.0, 'turn': lambda t: 0.05 * math.sin(t)},
    'a bend': {'turn': lambda t: 0.3 * math.sin(2.0 * t)},
    'a hairpin': {'speed': lambda _: 5.0, 'turn': lambda t: 0.9 * math.sin(t)},
    'parking': {'speed': lambda _: 1.5, 'turn': lambda _: 0.3},
    'backwards': {'speed': lambda _: -2.0, 'turn': lambda _: 0.2},
    'an evasive manoeuvre': {'speed': lambda _: 20.0, 'turn': lambda t: 0.5 * math.sin(5.0 * t)},
}


@pytest.mark.parametrize('name', DRIVES)
def test_no_drive_of_a_car_is_doubted(name: str) -> None:
    checked = check()
    assert [checked.take(motion) for motion in drive(10.0, **DRIVES[name])] == [None] * 200


def test_noise_and_a_slow_clock_are_not_doubted() -> None:
    generator, checked = np.random.default_rng(3), check()
    for motion in drive(60.0, turn=lambda t: 0.1 * math.sin(t)):
        noise = generator.normal(0.0, 1.0, 5) * (0.1, 0.01, 0.02, 0.02, 0.003)
        noisy = Motion(
            motion.stamp_s + float(generator.uniform(-0.005, 0.005)),
            motion.speed_mps * 1.02 + noise[0],
            motion.yaw_rate_radps + noise[1],
            motion.x_m + noise[2],
            motion.y_m + noise[3],
            motion.yaw_rad + noise[4],
        )
        assert checked.take(noisy) is None


def frozen(motion: Motion, since: Motion) -> Motion:
    return replace(since, stamp_s=motion.stamp_s)


FAULTS: dict[str, tuple[Callable[[Motion, Motion], Motion], str]] = {
    'zero': (lambda m, since: replace(frozen(m, since), speed_mps=0.0), 'speed_jump'),
    'half': (lambda m, _: replace(m, speed_mps=0.5 * m.speed_mps), 'speed_jump'),
    'more': (lambda m, _: replace(m, speed_mps=1.3 * m.speed_mps), 'speed_jump'),
    'frozen': (frozen, 'odometry_frozen'),
    'pose frozen': (
        lambda m, since: replace(m, x_m=since.x_m, y_m=since.y_m, yaw_rate_radps=0.01),
        'odometry_contradicts',
    ),
    'another origin': (lambda m, _: replace(m, y_m=m.y_m + 5.0), 'odometry_contradicts'),
    'heading frozen': (lambda m, _: replace(m, yaw_rad=0.0), 'odometry_contradicts'),
    'yaw rate': (lambda m, _: replace(m, yaw_rate_radps=1.2), 'yaw_rate_jump'),
}


@pytest.mark.parametrize('name', FAULTS)
def test_a_fault_is_named_within_a_fifth_of_a_second(name: str) -> None:
    change, code = FAULTS[name]
    checked, before, since = check(), None, math.nan
    for motion in drive(4.0, turn=lambda _: 0.3):
        told = motion
        if motion.stamp_s > 2.0:
            since = motion if before is None else since
            before = before or motion
            told = change(motion, since)
        found = checked.take(told)
        if found is not None:
            assert found.code == code
            assert motion.stamp_s <= 2.05 + 0.2
            return
    pytest.fail('it was not noticed')


def test_a_speed_that_was_lost_is_not_believed_again() -> None:
    checked = check()
    found = [
        checked.take(replace(motion, speed_mps=0.0 if 2.0 < motion.stamp_s < 2.8 else 16.0))
        for motion in drive(10.0)
    ]
    named = [notice is not None and notice.code == 'speed_jump' for notice in found]
    assert named == [motion.stamp_s > 2.0 for motion in drive(10.0)]


def test_a_glitch_that_is_over_at_once_is_forgiven() -> None:
    checked = check()
    found = [
        checked.take(replace(motion, speed_mps=0.0 if 2.0 < motion.stamp_s < 2.12 else 16.0))
        for motion in drive(6.0)
    ]
    assert [notice.code for notice in found[40:42] if notice] == ['speed_jump'] * 2
    assert found[60:] == [None] * 60


def test_noise_does_not_add_up_to_a_ramp() -> None:
    checked = check()
    ramp = drive(3.0, speed=lambda t: max(30.0 - 20.0 * max(t - 1.5, 0.0), 0.0))
    assert 'speed_jump' in [notice.code for notice in map(checked.take, ramp) if notice]


def test_the_bound_never_falls_faster_than_the_car_brakes() -> None:
    checked = check()
    for motion in drive(2.0):
        checked.take(motion)
    assert checked.bound_mps(0.0) == pytest.approx(16.0)
    assert checked.bound_mps(0.2) == pytest.approx(16.6)
    for step in range(1, 21):
        checked.take(Motion(motion.stamp_s + step * STEP_S, 0.0, 0.0, motion.x_m, 0.0, 0.0))
        assert checked.bound_mps(0.0) == pytest.approx(16.0 - 8.0 * step * STEP_S)


def test_where_twist_and_poses_differ_a_little_the_faster_one_bounds() -> None:
    checked = check()
    for motion in drive(3.0):
        assert checked.take(replace(motion, speed_mps=15.0)) is None
    assert checked.bound_mps(0.0) == pytest.approx(16.0, abs=0.01)


def test_after_a_pause_of_the_messages_nothing_is_added_up() -> None:
    checked = check()
    kept = [motion for motion in drive(6.0) if not 2.0 < motion.stamp_s < 4.0]
    assert [checked.take(motion) for motion in kept] == [None] * len(kept)


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED', 'OVERRIDDEN'])
@pytest.mark.parametrize('speed_mps', [-0.1, -0.3, -5.0])
def test_a_car_that_drives_backwards_is_not_steered(state: str, speed_mps: float) -> None:
    car = Car()
    car.speed_mps = 0.0
    car.put_in(GateState[state])
    car.speed_mps = speed_mps
    passed = car.run(TICK_S)
    if speed_mps < -0.2:
        assert passed.state is GateState.FAULT
    else:
        assert passed.state is GateState[state]
    waiting = Car()
    waiting.speed_mps = speed_mps
    waiting.run(0.2)
    against = [notice.code for notice in waiting.gate.engage(waiting.now)]
    assert against == (['reversing'] if speed_mps < -0.2 else [])


@pytest.mark.parametrize('speed_mps', [15.0, 10.0, 5.0])
def test_a_wrong_odometry_never_loosens_a_limit(speed_mps: float) -> None:
    car = Car()
    car.curvature_1pm, car.speed_mps = 0.5, speed_mps
    car.engaged()
    car.run(4.0)
    told = car.motion
    for _ in range(100):
        car.wait(TICK_S)
        car.send()
        car.gate.watch.take_odometry(car.now, replace(told, stamp_s=car.now_s, speed_mps=0.0))
        passed = car.tick()
        assert abs(passed.command.curvature_1pm) * speed_mps**2 <= 3.0 + 1e-9


def test_a_speed_of_zero_in_a_bend_is_a_fault_in_one_message() -> None:
    car = Car().engaged()
    car.wait(TICK_S)
    car.gate.watch.take_odometry(car.now, replace(car.motion, speed_mps=0.0))
    passed = car.tick()
    assert (passed.state, codes(passed)) == (GateState.FAULT, ['speed_jump'])
    assert 'from 15.0 to 0.0 m/s in 0.01 s' in passed.reasons[0].text
