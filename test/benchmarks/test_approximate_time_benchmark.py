# SPDX-License-Identifier: Apache-2.0
"""Sets of nearly one time: known cases, what holds for all, and the package where it is there."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from benchmarks import approximate_time

UNTIMED = settings(deadline=None)
MS = 1_000_000

Synchroniser = approximate_time.Synchroniser


def sets_of(synchroniser: Synchroniser, messages: list[tuple[int, int]]) -> list[tuple[str, ...]]:
    """Of (topic, stamp in ms); an item is called by both."""
    found = (synchroniser.add(topic, ms * MS, f'{topic}@{ms}') for topic, ms in messages)
    return [one for one in found if one is not None]


@pytest.mark.parametrize(
    ('messages', 'expected'),
    [
        ([(0, 0), (1, 3), (0, 50), (1, 52)], [('0@0', '1@3'), ('0@50', '1@52')]),
        # Just the slop apart is too far.
        ([(0, 0), (1, 10), (1, 9)], [('0@0', '1@9')]),
        # The nearest is taken, and only once.
        ([(1, 100), (1, 108), (0, 107), (0, 106)], [('0@107', '1@108'), ('0@106', '1@100')]),
        # A topic that lost its picture loses the set.
        ([(0, 0), (0, 50), (1, 51)], [('0@50', '1@51')]),
        # Three kept a topic: the first has been forgotten.
        ([(0, 0), (0, 50), (0, 100), (0, 150), (1, 1), (1, 51)], [('0@50', '1@51')]),
        # One that is older than a full queue is forgotten at once.
        ([(0, 50), (0, 100), (0, 150), (1, 1), (0, 0)], []),
    ],
)
def test_our_sets_are_those_of_the_documentation(
    messages: list[tuple[int, int]], expected: list[tuple[str, ...]]
) -> None:
    ours = approximate_time.OwnSynchroniser(2, queue_size=3, slop_ns=10 * MS)
    assert sets_of(ours, messages) == expected
    chosen = approximate_time.synchroniser(2, queue_size=3, slop_ns=10 * MS)
    assert sets_of(chosen, messages) == expected


MESSAGES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 120)), max_size=60)


@UNTIMED
@given(MESSAGES, st.integers(1, 5))
def test_our_sets_are_close_and_share_nothing(
    messages: list[tuple[int, int]], queue_size: int
) -> None:
    unique = list(dict.fromkeys(messages))
    ours = approximate_time.OwnSynchroniser(3, queue_size=queue_size, slop_ns=10 * MS)
    found = sets_of(ours, unique)
    names = [name for one in found for name in one]
    assert len(names) == len(set(names))
    for one in found:
        stamps = sorted(int(name.partition('@')[2]) for name in one)
        assert [name[0] for name in one] == ['0', '1', '2']
        assert all(later - earlier < 10 for earlier, later in pairwise(stamps))
        assert stamps[-1] - stamps[0] < 10


@UNTIMED
@given(MESSAGES, st.integers(1, 5))
def test_message_filters_makes_the_same_sets(
    messages: list[tuple[int, int]], queue_size: int
) -> None:
    pytest.importorskip('message_filters')
    ours = approximate_time.OwnSynchroniser(3, queue_size=queue_size, slop_ns=10 * MS)
    theirs = approximate_time.PackagedSynchroniser(3, queue_size=queue_size, slop_ns=10 * MS)
    assert sets_of(ours, messages) == sets_of(theirs, messages)
