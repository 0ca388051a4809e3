# SPDX-License-Identifier: Apache-2.0
"""YAML that would exhaust stack or memory is refused before loading."""

import pytest
import yaml

from wpt_core.files import check_yaml

LAUGHS = 'a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n' + ''.join(
    f'{after}: &{after} [{", ".join([f"*{before}"] * 10)}]\n'
    for before, after in zip('abcdefgh', 'bcdefghi', strict=True)
)
LOADERS = [yaml.SafeLoader, getattr(yaml, 'CSafeLoader', yaml.SafeLoader)]


@pytest.mark.parametrize('loader', LOADERS)
@pytest.mark.parametrize(
    'text', ['[' * 1_000_000, '- ' * 500_000, '{a: ' * 300_000, '? ' * 300_000, '[[' * 20]
)
def test_deep_text_is_refused_at_its_33rd_level(text: str, loader: type) -> None:
    with pytest.raises(yaml.YAMLError, match='nested more than 32 levels deep'):
        check_yaml(text, loader)


@pytest.mark.parametrize('loader', LOADERS)
def test_few_aliases_cannot_stand_for_many_values(loader: type) -> None:
    assert len(LAUGHS) < 1000
    with pytest.raises(yaml.YAMLError, match='more than 1000000 values'):
        check_yaml(LAUGHS, loader)


@pytest.mark.parametrize('loader', LOADERS)
def test_plain_text_and_a_shared_value_pass(loader: type) -> None:
    check_yaml('', loader)
    check_yaml('a: &a [1, {b: 2}]\nc: [*a, *a]\n', loader)
    check_yaml('[' * 31 + ']' * 31, loader)
