# SPDX-License-Identifier: Apache-2.0
"""The tree keeps the rules of the house, and each rule notices when it is broken."""

from collections.abc import Callable
from pathlib import Path

import house_rules
import pytest

HEAD = f'# {house_rules.LICENCE}\n'
Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    house_rules.long_files,
    house_rules.long_functions,
    house_rules.without_licence,
    house_rules.banned_words,
    house_rules.shadowing_packages,
]


@pytest.mark.parametrize('rule', RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule, root: Path) -> None:
    assert rule(root) == []


def test_the_rules_look_at_the_whole_tree(root: Path) -> None:
    seen = {file.relative_to(root).as_posix() for file in house_rules.files(root)}
    assert {'wpt', 'setup.py', 'wpt_core/types/plan.py', 'msg/Plan.msg'} <= seen
    assert Path(__file__).relative_to(root).as_posix() in seen


BROKEN = [
    (house_rules.long_files, 'wpt_core/long.py', HEAD + 'x = 1\n' * 500),
    (house_rules.long_functions, 'wpt_core/f.py', HEAD + 'def f():\n' + '    pass\n' * 50),
    (house_rules.long_functions, 'a/f.py', HEAD + 'async def f():\n' + '    pass\n' * 50),
    (house_rules.without_licence, 'wpt_core/bare.py', '"""No licence."""\n'),
    (house_rules.without_licence, 'msg/Bare.msg', 'bool x\n'),
    (house_rules.banned_words, 'README.md', 'see /wor' + 'k/main\n'),
    (house_rules.banned_words, 'a.py', HEAD + 'x = 1  # no' + 'qa: E501\n'),
    (house_rules.banned_words, 'a.py', HEAD + 'x = 1  # TO' + 'DO later\n'),
    (house_rules.banned_words, 'a.py', HEAD + 'x = y  # type: ign' + 'ore[name]\n'),
    (house_rules.banned_words, 'a.md', 'get it from pyp' + 'i.org\n'),
    (house_rules.shadowing_packages, 'launch/__init__.py', HEAD),
]


@pytest.mark.parametrize(('rule', 'name', 'text'), BROKEN)
def test_a_broken_rule_is_noticed(rule: Rule, name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    (violation,) = rule(tmp_path)
    assert name in violation


ALLOWED = [
    (house_rules.long_files, 'a.py', HEAD + 'x = 1\n' * 499),
    (house_rules.long_functions, 'a.py', HEAD + 'def f():\n' + '    pass\n' * 49),
    (house_rules.without_licence, 'a.py', '#!/usr/bin/env python3\n' + HEAD),
    (house_rules.banned_words, 'a.py', HEAD + 'x = y  # type: ign' + 'ore[name]  # no stubs\n'),
    (house_rules.banned_words, 'a.py', HEAD + "x = 'wpt_core/wo" + "rk/rooms'\n"),
]


@pytest.mark.parametrize(('rule', 'name', 'text'), ALLOWED)
def test_what_is_just_allowed_passes(rule: Rule, name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert rule(tmp_path) == []
