# SPDX-License-Identifier: Apache-2.0
"""A step is taken when it was answered, when nobody will answer, or when it is time."""

import pytest

from wpt_core.types import InputError, LateralCommand
from wpt_sim.drive import STEP_S
from wpt_sim.lockstep import Lockstep, LockstepConfig

PATIENCE_S = 2.0


def command(stamp_s: float, plan_s: float, *, valid: bool = True) -> LateralCommand:
    return LateralCommand(stamp_s, plan_s, 0.01, 0.0, valid)


def lockstep(
    at_s: float = 5.0, *, stamp_s: float = 100.0, pace: LockstepConfig | None = None
) -> Lockstep:
    steps = Lockstep(pace or LockstepConfig(PATIENCE_S))
    steps.step_published(at_s, stamp_s)
    return steps


def test_an_answer_that_rests_on_the_pictures_is_waited_for_and_enough() -> None:
    steps = lockstep()
    steps.command_received(command(100.0, 99.95))
    assert not steps.due(5.0 + 0.9 * PATIENCE_S), 'it rests on older pictures'
    steps.command_received(command(99.95, 100.0))
    assert not steps.due(5.0 + 0.9 * PATIENCE_S), 'it was judged before the step'
    steps.command_received(command(100.0, 100.0))
    assert steps.due(5.0)


def test_how_slow_the_computer_is_makes_no_difference() -> None:
    for delay_s in (0.0, 0.4, 0.99 * PATIENCE_S):
        steps, wall_s = lockstep(), 5.0
        for step in range(20):
            stamp_s = 100.0 + step * STEP_S
            steps.step_published(wall_s, stamp_s)
            assert not steps.due(wall_s + delay_s)
            steps.command_received(command(stamp_s, stamp_s))
            assert steps.due(wall_s + delay_s)
            wall_s += delay_s


def test_patience_ends_and_after_three_times_nobody_is_waited_for() -> None:
    steps, wall_s, waits = lockstep(), 5.0, []
    for step in range(6):
        steps.step_published(wall_s, 100.0 + step * STEP_S)
        waited_s = 0.0
        while not steps.due(wall_s + waited_s):
            waited_s += 0.01
        waits.append(waited_s)
        wall_s += waited_s
    assert waits[:3] == pytest.approx([PATIENCE_S] * 3, abs=0.02)
    assert waits[3:] == pytest.approx([STEP_S] * 3, abs=0.02)


def test_whoever_answers_again_is_waited_for_again() -> None:
    steps, wall_s = lockstep(), 5.0
    for step in range(5):
        steps.step_published(wall_s, 100.0 + step * STEP_S)
        wall_s += PATIENCE_S
        assert steps.due(wall_s)
    steps.command_received(command(100.2, 100.2))
    steps.step_published(wall_s, 100.25)
    assert not steps.due(wall_s + STEP_S)


def test_while_nobody_steers_steps_come_in_real_time() -> None:
    steps = lockstep()
    steps.command_received(command(100.0, 0.0, valid=False))
    assert not steps.due(5.0 + 0.9 * STEP_S)
    assert steps.due(5.0 + 1.01 * STEP_S)


def test_live_it_waits_for_nobody_and_never_hurries() -> None:
    steps = lockstep(pace=LockstepConfig(real_time_factor=0.5))
    steps.command_received(command(100.0, 100.0))
    assert not steps.due(5.0 + 1.9 * STEP_S)
    assert steps.due(5.0 + 2.01 * STEP_S)


def test_a_gate_that_has_fallen_silent_is_not_obeyed() -> None:
    steps = lockstep()
    steps.command_received(command(100.0, 100.0))
    assert steps.command is not None
    steps.step_published(6.0, 100.05)
    assert steps.command is not None
    steps.step_published(7.0, 100.15)
    assert steps.command is None


@pytest.mark.parametrize('pace', [{'patience_s': 0.0}, {'real_time_factor': -1.0}])
def test_a_pace_is_checked(pace: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f'LockstepConfig.{next(iter(pace))} must be'):
        LockstepConfig(**pace)


def test_what_was_answered_before_the_clock_jumped_back_does_not_count() -> None:
    steps = lockstep(stamp_s=110.0)
    steps.command_received(command(110.0, 110.0))
    steps.step_published(5.05, 100.05)
    assert steps.command is None
    steps.command_received(command(110.0, 110.0))
    assert steps.command is None
    assert not steps.due(5.05 + 0.9 * PATIENCE_S)
    steps.command_received(command(100.05, 100.05))
    assert steps.due(5.05)
