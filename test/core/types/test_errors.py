# SPDX-License-Identifier: Apache-2.0
"""The error for an unknown name lists the known names."""

import pytest

from wpt_core.model import preset
from wpt_core.types import InputError, unknown_name
from wpt_sim.drivers import find_driver
from wpt_sim.suites import find_scenario, find_suite


@pytest.mark.parametrize(
    ('misspelt', 'sentence'),
    [
        (lambda: find_suite('lane_center'), "did you mean 'lane_centre'"),
        (
            lambda: find_scenario(find_suite('lane_centre'), 'straight_08_let'),
            "'straight_08_left'",
        ),
        (lambda: find_driver('expart'), "did you mean 'expert'"),
        (lambda: preset('mimi'), "did you mean 'mini'"),
    ],
)
def test_a_similar_name_is_suggested(misspelt: object, sentence: str) -> None:
    assert callable(misspelt)
    with pytest.raises(InputError, match=sentence):
        misspelt()


def test_without_a_similar_name_all_are_listed() -> None:
    error = unknown_name('colour', 'xyz', ('red', 'green'), where=' on the palette')
    assert str(error) == ("colour: unknown name 'xyz' on the palette; expected one of red, green.")
