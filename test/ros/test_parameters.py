# SPDX-License-Identifier: Apache-2.0
"""A config dataclass and the parameters of a node say the same."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

import pytest
from rcl_interfaces.msg import FloatingPointRange, IntegerRange

from wpt_core.types import Bounds, InputError
from wpt_ros.lifecycle.managed import descriptor_of
from wpt_ros.parameters import config_of, leaves, plain


class Colour(Enum):
    RED = 'red'
    BLUE = 'blue'


@dataclass(frozen=True, slots=True)
class Limits:
    most: Annotated[float, Bounds(-5.0, 9.5)] = 2.0
    """Not more."""

    def __post_init__(self) -> None:
        if self.most <= 0.0:
            raise InputError('most must be above 0')


@dataclass(frozen=True, slots=True)
class Base:
    autostart: bool = True
    """At once."""


@dataclass(frozen=True, slots=True)
class Config(Base):
    """What is configured."""

    count: Annotated[int, Bounds(1, 64)] = 3
    """How
    many."""
    colour: Colour = Colour.RED
    names: tuple[str, ...] = ()
    """Who."""
    limits: Limits = field(default_factory=Limits)


def test_names_types_defaults_and_sentences_come_from_the_fields() -> None:
    found = {leaf.name: (leaf.kind, leaf.default, leaf.note) for leaf in leaves(Config)}
    assert found == {
        'autostart': (bool, True, 'At once.'),
        'count': (int, 3, 'How many.'),
        'colour': (Colour, Colour.RED, ''),
        'names': (tuple[str, ...], (), 'Who.'),
        'limits.most': (float, 2.0, 'Not more.'),
    }


def test_bounds_and_words_are_in_the_descriptors() -> None:
    found = {leaf.name: descriptor_of(leaf) for leaf in leaves(Config)}
    assert all(one.read_only for one in found.values())
    assert found['names'].description == 'Who.'
    assert found['colour'].additional_constraints == 'one of red, blue'
    assert found['count'].integer_range == [IntegerRange(from_value=1, to_value=64)]
    limit = FloatingPointRange(from_value=-5.0, to_value=9.5)
    assert found['limits.most'].floating_point_range == [limit]
    assert not found['autostart'].integer_range


@pytest.mark.parametrize('count', [1, 64])
def test_both_ends_of_a_range_are_allowed(count: int) -> None:
    assert config_of(Config, {'count': count}, who='node').count == count


def test_values_arrive_where_they_belong() -> None:
    values = {'count': 5, 'colour': 'blue', 'names': ['a', 'b'], 'limits.most': 7}
    made = config_of(Config, values, who='node')
    assert made == Config(True, 5, Colour.BLUE, ('a', 'b'), Limits(7.0))
    assert type(made.limits.most) is float
    assert {leaf.name: value for leaf, value in plain(made)} == {
        'autostart': True,
        'count': 5,
        'colour': 'blue',
        'names': ['a', 'b'],
        'limits.most': 7.0,
    }


def test_what_ros_gives_every_node_is_let_through() -> None:
    given = {'use_sim_time': True, 'qos_overrides./clock.subscription.depth': 3}
    assert config_of(Config, given, who='node') == Config()


@pytest.mark.parametrize(
    ('values', 'sentence'),
    [
        ({'limits.least': 1.0}, "node: unknown parameter 'limits.least'; expected one of auto"),
        ({'count': 1.5}, 'node: parameter count must be a whole number, got 1.5'),
        ({'count': True}, 'must be a whole number, got True'),
        ({'autostart': 1}, 'must be true or false, got 1'),
        ({'colour': 'green'}, "must be one of red, blue, got 'green'"),
        ({'names': 'a'}, "must be a list of texts, got 'a'"),
        ({'limits.most': '1'}, "limits.most must be a number, got '1'"),
        ({'limits.most': -1.0}, 'most must be above 0'),
        ({'count': 65}, 'node: parameter count must be between 1 and 64, got 65'),
        ({'limits.most': 1e9}, 'parameter limits.most must be between -5 and 9.5, got 1000000000'),
        ({'limits.most': float('nan')}, 'limits.most must be between -5 and 9.5, got nan'),
    ],
)
def test_mistakes_are_one_sentence(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        config_of(Config, values, who='node')
