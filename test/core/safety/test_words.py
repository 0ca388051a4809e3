# SPDX-License-Identifier: Apache-2.0
"""The exact messages of the gate, which people and programs rely on."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from gate_car import SPEED_MPS, TICK_S, Car, at, command

from wpt_core.safety import GateState, Source, Sources
from wpt_core.types import Level, Notice

ERROR, WARNING, INFO = Level.ERROR, Level.WARNING, Level.INFO


def send(car: Car, **changes: float) -> None:
    car.gate.watch.take_command(car.now, replace(command(car.now_s), **changes))


def moves(car: Car, stamp_s: float, speed_mps: float, curvature_1pm: float = 0.0) -> None:
    moved = replace(car.motion, stamp_s=stamp_s, speed_mps=speed_mps)
    turned = replace(moved, yaw_rate_radps=speed_mps * curvature_1pm)
    car.gate.watch.take_odometry(car.now, turned)


def jump_back(car: Car) -> None:
    car.now_s -= 3.25


def pause(car: Car) -> None:
    car.wait(0.31)


def no_time(car: Car) -> None:
    car.now_s = math.nan


FAULTS: list[tuple[Callable[[Car], object], Notice]] = [
    (
        lambda car: send(car, curvature_1pm=math.nan),
        Notice(ERROR, 'command_not_finite', 'A command contains a number that is not finite.'),
    ),
    (
        lambda car: moves(car, car.now_s, math.inf),
        Notice(ERROR, 'odometry_not_finite', 'Odometry contains a number that is not finite.'),
    ),
    (
        lambda car: moves(car, car.now_s, -90.4),
        Notice(
            ERROR,
            'speed_impossible',
            'Odometry reports -90 m/s, allowed 70.',
        ),
    ),
    (
        lambda car: car.gate.watch.take_sources(
            Sources({}).look({'plan': [Source('/one', b'1'), Source('/two', b'2')]})
        ),
        Notice(ERROR, 'intruder', 'Several nodes publish plan: /one, /two.'),
    ),
    (jump_back, Notice(ERROR, 'time_jumped_back', 'The clock jumped back by 3.25 s.')),
    (pause, Notice(ERROR, 'gate_paused', 'The gate was not run for 0.31 s.')),
    (no_time, Notice(ERROR, 'time_not_finite', 'The time of the clock is not finite.')),
]


@pytest.mark.parametrize(('goes_wrong', 'said'), FAULTS)
def test_a_fault_is_named_and_the_driver_told(
    goes_wrong: Callable[[Car], object], said: Notice
) -> None:
    car = Car().engaged()
    goes_wrong(car)
    passed = car.gate.tick(car.now)
    assert (passed.state, passed.reasons) == (GateState.FAULT, (said,))
    assert passed.alert == Notice(ERROR, 'take_over', f'Take over now. {said.text}')


@pytest.mark.parametrize(('goes_wrong', 'said'), [FAULTS[0], FAULTS[3]])
def test_a_fault_while_nobody_steers_is_told_as_it_is(
    goes_wrong: Callable[[Car], object], said: Notice
) -> None:
    car = Car()
    car.run(0.1)
    goes_wrong(car)
    assert car.gate.tick(car.now).alert == Notice(WARNING, 'fault', said.text)


@pytest.mark.parametrize(
    ('changes', 'said'),
    [
        (
            {'valid': False},
            Notice(ERROR, 'command_invalid', 'The controller marks its command as not valid.'),
        ),
        (
            {'stamp_s': 1e3},
            Notice(ERROR, 'command_from_the_future', 'A command or its plan is from the future.'),
        ),
        (
            {'stamp_s': 5.0},
            Notice(ERROR, 'command_before_plan', 'A command is older than the plan it names.'),
        ),
        (
            {'plan_stamp_s': 5.0},
            Notice(ERROR, 'command_out_of_order', 'A command or its plan is older than the last.'),
        ),
    ],
)
def test_an_unsound_command_is_named_when_the_last_sound_one_is_late(
    changes: dict[str, float], said: Notice
) -> None:
    car = Car().engaged()
    car.commands = False
    for _ in range(40):
        send(car, **changes)
        car.run(TICK_S)
    plan, late, why = car.gate.tick(car.now).reasons
    assert (plan.level, plan.code) == (ERROR, 'plan_stale')
    assert late == Notice(ERROR, 'command_stale', 'The command is 0.40 s old, allowed 0.3 s.')
    assert why == said


def test_what_was_never_heard_is_named() -> None:
    car = Car()
    assert car.gate.engage(car.now) == tuple(
        Notice(ERROR, f'{name}_stale', f'No usable {name} yet.')
        for name in ('plan', 'command', 'odometry')
    )


def test_the_states_that_a_drive_goes_through_are_told() -> None:
    car = Car()
    car.run(0.1)
    car.gate.engage(car.now)
    assert car.gate.tick(car.now).alert == Notice(
        INFO, 'engaged', 'The car steers; stay ready to take over.'
    )
    car.run(0.1)
    car.gate.take_driver(car.now, steers=True)
    passed = car.gate.tick(car.now)
    assert passed.alert == Notice(INFO, 'overridden', 'You steer.')
    hands = Notice(WARNING, 'driver_steers', 'The driver holds the wheel against the plan.')
    assert passed.reasons == (hands,)
    assert car.gate.engage(car.now) == (hands,)
    car.gate.take_driver(car.now, steers=False)
    assert car.gate.tick(car.now).reasons == (
        Notice(INFO, 'driver_releases', 'The driver released the wheel; steering resumes soon.'),
    )
    car.run(0.6)
    car.gate.disengage()
    assert car.gate.tick(car.now).alert == Notice(INFO, 'disengaged', 'You steer.')


def test_late_and_lost_are_told_with_the_reason() -> None:
    car = Car().engaged()
    car.odometry = False
    car.wait(0.5 * TICK_S)
    told = []
    for _ in range(100):
        send(car)
        car.wait(TICK_S)
        passed = car.gate.tick(car.now)
        told += [passed.alert] if passed.alert else []
    assert told == [
        Notice(
            WARNING,
            'degraded',
            'Look ahead and hold the wheel. The odometry is 0.31 s old, allowed 0.3 s.',
        ),
        Notice(ERROR, 'take_over', 'Take over now. The odometry is 0.91 s old, allowed 0.3 s.'),
    ]


def test_before_anything_was_heard_nothing_is_steered_by() -> None:
    gate = Car().gate
    watch = gate.watch
    assert (watch.command, watch.speed_mps, watch.curvature_1pm) == (None, 0.0, 0.0)
    assert watch.broken() is None
    passed = gate.tick(at(1.0))
    assert (passed.state, passed.alert) == (GateState.DISENGAGED, None)
    assert not any(notice.code in ('intruder', 'driver_steers') for notice in passed.reasons)


def test_speed_is_taken_without_its_sign() -> None:
    car = Car()
    moves(car, car.now_s, -SPEED_MPS, 0.01)
    assert (car.gate.watch.speed_mps, car.gate.watch.curvature_1pm) == (SPEED_MPS, 0.01)
