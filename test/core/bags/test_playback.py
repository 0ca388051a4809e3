# SPDX-License-Identifier: Apache-2.0
"""Playing a recording: everything once, in order, when it is due, from where it was asked for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wpt_core.bags import Bag, BagWriter, Playback, RawMessage
from wpt_core.types import BagError, InputError

STEP_NS = 50_000_000
TOPICS = ('/front/image', '/plan', '/count')
Build = Callable[..., Path]


@pytest.fixture
def bag(build: Build) -> Iterator[Bag]:
    """Twelve images, traces and numbers, 20 a second."""
    with Bag.open(build()) as opened:
        yield opened


def stamps(messages: Any) -> list[tuple[str, int]]:
    return [(message.topic, message.stamp_ns) for message in messages]


def test_everything_comes_once_and_in_order(bag: Bag) -> None:
    playback = Playback(bag, TOPICS)
    stop_ns = bag.info.stop_ns
    assert stop_ns is not None
    assert not playback.done
    heard = list(playback.due(stop_ns))
    assert stamps(heard) == stamps(bag.raw_messages())
    assert len(heard) == 36
    assert playback.done
    assert list(playback.due(stop_ns + 10**12)) == []


def test_only_what_is_due_comes_and_the_rest_later(bag: Bag) -> None:
    playback = Playback(bag, ['/count'])
    first_ns = playback.start_ns + 2
    assert list(playback.due(first_ns - 1)) == []
    assert stamps(playback.due(first_ns)) == [('/count', first_ns)]
    assert list(playback.due(first_ns)) == []
    due = stamps(playback.due(first_ns + 3 * STEP_NS))
    assert due == [('/count', first_ns + k * STEP_NS) for k in (1, 2, 3)]
    assert len(list(playback.due(first_ns + 10**10))) == 8


def test_time_that_runs_back_brings_nothing(bag: Bag) -> None:
    playback = Playback(bag, TOPICS)
    list(playback.due(playback.start_ns + 5 * STEP_NS))
    assert list(playback.due(playback.start_ns)) == []
    assert list(playback.due(-1)) == []


def test_other_topics_stay_away(bag: Bag) -> None:
    playback = Playback(bag, ['/plan', '/count'])
    assert {topic for topic, _ in stamps(playback.due(2**62))} == {'/plan', '/count'}


def test_it_begins_where_it_was_asked_to(bag: Bag) -> None:
    playback = Playback(bag, TOPICS, start_offset_s=0.2)
    assert playback.start_ns == bag.info.start_ns + 4 * STEP_NS
    heard = stamps(playback.due(2**62))
    assert heard[0] == ('/front/image', playback.start_ns)
    assert len(heard) == 24


def test_rewound_it_plays_the_same_again(bag: Bag) -> None:
    playback = Playback(bag, TOPICS, start_offset_s=0.1)
    first = stamps(playback.due(2**62))
    assert playback.done
    playback.rewind()
    assert not playback.done
    assert stamps(playback.due(2**62)) == first
    list(playback.due(0))
    playback.rewind()
    assert stamps(playback.due(2**62)) == first


@pytest.mark.parametrize('offset_s', [-0.1, 0.56, 1e9, float('nan'), float('inf')])
def test_a_start_outside_of_the_recording_is_refused(bag: Bag, offset_s: float) -> None:
    with pytest.raises(InputError, match=r'cannot start at .* s; expected 0 to 0\.55'):
        Playback(bag, TOPICS, start_offset_s=offset_s)


def test_a_start_after_the_last_message_of_the_topics_is_refused(bag: Bag) -> None:
    assert list(Playback(bag, ['/count'], start_offset_s=0.55).due(2**62))
    with pytest.raises(InputError, match=r'nothing to play from 0\.55 s on'):
        Playback(bag, ['/front/image'], start_offset_s=0.55 + 1e-9)


def test_without_messages_or_topics_there_is_nothing_to_play(bag: Bag, tmp_path: Path) -> None:
    with pytest.raises(InputError, match='nothing to play'):
        Playback(bag, [])
    with BagWriter(tmp_path / 'empty') as writer:
        writer.add_topic('/silence', 'std_msgs/msg/Empty')
    with Bag.open(tmp_path / 'empty') as empty, pytest.raises(InputError, match='nothing to play'):
        Playback(empty, ['/silence'])


def test_a_topic_that_is_not_there_is_named(bag: Bag) -> None:
    with pytest.raises(BagError, match='no topic /nothing'):
        Playback(bag, ['/nothing'])


class Breaking(Bag):
    """Its fourth message cannot be read."""

    def __init__(self, sound: Bag) -> None:
        self._sound = sound
        self._info = sound.info

    def raw_messages(self, *given: Any, **named: Any) -> Iterator[RawMessage]:
        for number, message in enumerate(self._sound.raw_messages(*given, **named)):
            if number == 3:
                raise BagError('the fourth is damaged')
            yield message


def test_all_before_a_damaged_message_is_played_and_then_it_ends(bag: Bag) -> None:
    playback = Playback(Breaking(bag), TOPICS)
    heard: list[RawMessage] = []
    with pytest.raises(BagError, match='the fourth is damaged'):
        heard.extend(playback.due(2**62))
    assert stamps(heard) == stamps(bag.raw_messages())[:3]
    assert playback.done
    assert list(playback.due(2**62)) == []
