# SPDX-License-Identifier: Apache-2.0
"""One publisher per topic: the expected one, and the same as before."""

import pytest
from gate_car import TICK_S, Car, codes

from wpt_core.safety import UNKNOWN, Doubts, GateState, Source, Sources

COMMAND = 'controller/command'
OURS, OTHER = Source('/controller', b'a'), Source('/evil', b'b')
TWIN, NAMELESS = Source('/controller', b'c'), Source(UNKNOWN, b'd')


def sources() -> Sources:
    return Sources({COMMAND: '/controller'})


def found(doubts: Doubts) -> tuple[list[str], list[str]]:
    return [one.code for one in doubts.intruders], [one.code for one in doubts.doubts]


@pytest.mark.parametrize(
    ('seen', 'intruders', 'doubts'),
    [
        ([], [], []),
        ([OURS], [], []),
        ([OTHER], [], ['wrong_source']),
        ([NAMELESS], [], ['wrong_source']),
        ([OURS, OTHER], ['intruder'], []),
        ([OURS, TWIN], [], ['second_source']),
        ([OURS, NAMELESS], [], ['second_source']),
        ([NAMELESS, OTHER, OURS], ['intruder'], []),
    ],
)
def test_what_one_look_finds(seen: list[Source], intruders: list[str], doubts: list[str]) -> None:
    assert found(sources().look({COMMAND: seen})) == (intruders, doubts)


def test_where_nobody_is_expected_anybody_may_publish_alone() -> None:
    assert found(sources().look({'odometry': [OTHER]})) == ([], [])
    assert found(sources().look({'odometry': [OTHER, OURS]})) == (['intruder'], [])


def test_another_publisher_in_place_of_the_first_is_told_once() -> None:
    watched = sources()
    assert found(watched.look({COMMAND: [OURS]})) == ([], [])
    assert found(watched.look({COMMAND: []})) == ([], [])
    assert found(watched.look({COMMAND: [TWIN]})) == ([], ['source_changed'])
    assert found(watched.look({COMMAND: [TWIN]})) == ([], [])


def test_the_sentences_name_topic_and_nodes() -> None:
    (wrong,) = sources().look({COMMAND: [OTHER]}).doubts
    assert wrong.text == (
        'controller/command is published by /evil, expected /controller; see command_from.'
    )
    (nameless,) = sources().look({COMMAND: [NAMELESS]}).doubts
    assert 'published by an unknown node' in nameless.text
    (two,) = sources().look({COMMAND: [OURS, OTHER]}).intruders
    assert two.text == 'Several nodes publish controller/command: /controller, /evil.'


@pytest.mark.parametrize('state', ['ENGAGED', 'DEGRADED', 'OVERRIDDEN'])
def test_a_doubt_is_a_fault_while_the_gate_steers(state: str) -> None:
    car = Car().put_in(GateState[state])
    car.gate.watch.take_sources(sources().look({COMMAND: [OURS, TWIN]}))
    passed = car.run(TICK_S)
    assert passed.state is GateState.FAULT
    assert codes(passed) == ['second_source']


def test_a_doubt_blocks_engaging_until_it_is_gone() -> None:
    car = Car()
    car.run(0.1)
    car.gate.watch.take_sources(sources().look({COMMAND: [OTHER]}))
    assert [notice.code for notice in car.gate.engage(car.now)] == ['wrong_source']
    assert codes(car.run(1.0)) == ['wrong_source']
    car.gate.watch.take_sources(Doubts())
    assert car.gate.engage(car.now) == ()


def test_a_message_with_two_publishers_is_a_fault_before_the_next_look() -> None:
    car = Car().engaged()
    car.gate.watch.take_second_source(COMMAND)
    assert codes(car.run(TICK_S)) == ['second_source']
    car.gate.watch.take_sources(Doubts())
    assert car.run(1.1).state is GateState.DISENGAGED
