# SPDX-License-Identifier: Apache-2.0
"""A stranger is told at once; a namesake may be a dead predecessor, for a while."""

import pytest

from wpt_core.safety import Neighbours


def test_who_is_alone_is_no_intruder() -> None:
    assert Neighbours().intruders(0.0, {'plan': ['/planner'], 'command': []}) == ()


def test_a_stranger_is_one_at_once() -> None:
    found = Neighbours().intruders(0.0, {'plan': ['/planner', '/evil'], 'x': ['/gate']})
    assert found == ('/evil, /planner on plan',)


@pytest.mark.parametrize(('after_s', 'count'), [(0.0, 0), (8.0, 0), (8.01, 1), (100.0, 1)])
def test_a_namesake_is_one_when_both_stay(after_s: float, count: int) -> None:
    neighbours, twins = Neighbours(), {'plan': ['/planner', '/planner']}
    assert neighbours.intruders(50.0, twins) == ()
    assert len(neighbours.intruders(50.0 + after_s, twins)) == count


def test_who_was_alone_in_between_begins_anew() -> None:
    neighbours, twins = Neighbours(), {'plan': ['/planner', '/planner']}
    neighbours.intruders(0.0, twins)
    neighbours.intruders(5.0, {'plan': ['/planner']})
    assert neighbours.intruders(9.0, twins) == ()
    assert neighbours.intruders(17.5, twins) == ('/planner, /planner on plan',)
