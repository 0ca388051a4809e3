# SPDX-License-Identifier: Apache-2.0
"""Every state with every event, against an independent description."""

from itertools import product

import pytest

from wpt_core.safety import TRANSITIONS, Event, GateState, next_state

OFF, ON, WEAK = GateState.DISENGAGED, GateState.ENGAGED, GateState.DEGRADED
DRIVER, FAULT = GateState.OVERRIDDEN, GateState.FAULT

EXPECTED = {
    (ON, Event.DISENGAGE): OFF,
    (WEAK, Event.DISENGAGE): OFF,
    (DRIVER, Event.DISENGAGE): OFF,
    (ON, Event.LOST): OFF,
    (WEAK, Event.LOST): OFF,
    (DRIVER, Event.LOST): OFF,
    (DRIVER, Event.DRIVER_KEEPS): OFF,
    (ON, Event.DRIVER_STEERS): DRIVER,
    (WEAK, Event.DRIVER_STEERS): DRIVER,
    (ON, Event.LATE): WEAK,
    (WEAK, Event.SOUND): ON,
    (DRIVER, Event.RELEASED): ON,
    (OFF, Event.ENGAGE): ON,
    (FAULT, Event.HEALED): OFF,
}


@pytest.mark.parametrize(('state', 'event'), list(product(GateState, Event)))
def test_each_event_by_itself(state: GateState, event: Event) -> None:
    wanted = FAULT if event is Event.BROKEN else EXPECTED.get((state, event), state)
    assert next_state(state, {event}) is wanted


@pytest.mark.parametrize('state', list(GateState))
def test_nothing_happens_without_an_event(state: GateState) -> None:
    assert next_state(state, set()) is state


@pytest.mark.parametrize(('state', 'event'), list(product(GateState, Event)))
def test_what_is_broken_wins_over_anything(state: GateState, event: Event) -> None:
    assert next_state(state, {event, Event.BROKEN}) is FAULT


@pytest.mark.parametrize('state', [ON, WEAK, DRIVER])
@pytest.mark.parametrize('event', list(Event))
def test_asking_to_disengage_wins_over_anything_but_a_fault(
    state: GateState, event: Event
) -> None:
    wanted = FAULT if event is Event.BROKEN else OFF
    assert next_state(state, {event, Event.DISENGAGE}) is wanted


@pytest.mark.parametrize('event', [Event.LATE, Event.SOUND, Event.ENGAGE])
@pytest.mark.parametrize('state', [ON, WEAK])
def test_the_driver_wins_over_the_plan(state: GateState, event: Event) -> None:
    assert next_state(state, {event, Event.DRIVER_STEERS}) is DRIVER


def test_only_an_engage_request_leads_from_disengaged_to_steering() -> None:
    ways = {row.event for row in TRANSITIONS if OFF in row.of and row.to in (ON, WEAK, DRIVER)}
    assert ways == {Event.ENGAGE}


def test_every_event_has_a_row() -> None:
    assert {row.event for row in TRANSITIONS} == set(Event)
