# SPDX-License-Identifier: Apache-2.0
"""Commands expire, the driver has priority over the route, a blinker requests one change."""

import pytest

from wpt_core.planning import CommandChoice
from wpt_core.types import Command, InputError

KEEP, LEFT, RIGHT = Command.KEEP, Command.CHANGE_LEFT, Command.CHANGE_RIGHT


@pytest.fixture
def choice() -> CommandChoice:
    return CommandChoice(timeout_s=1.0, change_hold_s=8.0)


def test_without_any_word_the_lane_is_kept(choice: CommandChoice) -> None:
    assert choice.at(0.0) is KEEP
    assert choice.at(1e9) is KEEP


def test_a_route_that_falls_silent_wants_nothing_any_more(choice: CommandChoice) -> None:
    choice.take_route(Command.TURN_LEFT, 10.0)
    assert choice.at(11.0) is Command.TURN_LEFT
    assert choice.at(11.01) is KEEP


@pytest.mark.parametrize('change', [LEFT, RIGHT])
def test_a_change_holds_for_its_time(choice: CommandChoice, change: Command) -> None:
    choice.take_change(change, 10.0)
    assert choice.at(18.0) is change
    assert choice.at(18.01) is KEEP


def test_a_route_that_says_the_same_as_before_does_not_end_a_change(choice: CommandChoice) -> None:
    choice.take_route(KEEP, 9.8)
    choice.take_change(LEFT, 10.0)
    choice.take_route(KEEP, 10.3)
    assert choice.at(10.3) is LEFT


@pytest.mark.parametrize('said', [Command.TURN_RIGHT, RIGHT, Command.STRAIGHT])
def test_a_route_that_says_otherwise_ends_it(choice: CommandChoice, said: Command) -> None:
    choice.take_route(KEEP, 9.8)
    choice.take_change(LEFT, 10.0)
    choice.take_route(said, 10.3)
    assert choice.at(10.3) is said
    assert choice.at(12.0) is KEEP


def test_a_route_that_begins_to_speak_says_otherwise(choice: CommandChoice) -> None:
    choice.take_route(KEEP, 5.0)
    choice.take_change(LEFT, 10.0)
    choice.take_route(KEEP, 10.3)
    assert choice.at(10.3) is KEEP


def test_a_blinker_asks_when_it_is_switched_on_and_once(choice: CommandChoice) -> None:
    for tenth in range(200):
        choice.take_blinker(1, 10.0 + 0.1 * tenth)
    assert choice.at(17.9) is LEFT
    assert choice.at(18.1) is KEEP


def test_a_blinker_that_is_switched_off_or_over_ends_the_change(choice: CommandChoice) -> None:
    choice.take_blinker(-1, 10.0)
    assert choice.at(10.0) is RIGHT
    choice.take_blinker(0, 11.0)
    assert choice.at(11.0) is KEEP
    choice.take_blinker(-1, 12.0)
    choice.take_blinker(1, 13.0)
    assert choice.at(20.9) is LEFT


def test_a_blinker_that_is_off_all_the_time_ends_no_other_change(choice: CommandChoice) -> None:
    choice.take_change(LEFT, 10.0)
    choice.take_blinker(0, 10.1)
    assert choice.at(10.2) is LEFT


def test_a_blinker_of_another_number_is_refused(choice: CommandChoice) -> None:
    with pytest.raises(InputError, match='got 7'):
        choice.take_blinker(7, 10.0)
    assert choice.at(10.0) is KEEP


def test_what_was_said_before_time_jumped_back_does_not_hold(choice: CommandChoice) -> None:
    choice.take_change(LEFT, 100.0)
    choice.take_route(RIGHT, 100.0)
    assert choice.at(3.0) is KEEP
    choice.take_route(LEFT, 3.0)
    assert choice.at(3.0) is LEFT


@pytest.mark.parametrize('seconds', [0.0, -1.0, float('inf'), float('nan')])
def test_times_that_make_no_sense_are_refused(seconds: float) -> None:
    for times in ({'timeout_s': seconds}, {'change_hold_s': seconds}):
        with pytest.raises(InputError, match='must be finite and above 0'):
            CommandChoice(**times)
