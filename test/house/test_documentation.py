# SPDX-License-Identifier: Apache-2.0
"""The documentation names only what exists: files, headings, commands, options, arguments."""

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import pytest
from documentation import anchors, broken_links, commands, pages

import training.cli
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError
from wpt_ros import cli
from wpt_ros.drives.fault_option import parse_faults
from wpt_ros.verbs import CHECKOUT_VERBS, VERBS

ROOT = Path(__file__).resolve().parents[2]
PAGES = pages(ROOT)


@pytest.fixture(params=PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def page(request: pytest.FixtureRequest) -> Path:
    """Each in turn."""
    return Path(request.param)


class ParsedError(Exception):
    """A real parser has taken the words; the verb itself is not run."""


def parse(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """SystemExit or InputError for words that `./wpt` would refuse."""
    verb = words[0]
    if verb in VERBS:
        parse_here(words)
    elif training.cli._find(words) is not None:
        parse_training(words, monkeypatch)
    elif verb not in (*CHECKOUT_VERBS, 'help'):
        raise InputError(f'{verb} is no verb')


def parse_here(words: Sequence[str]) -> None:
    verb = cli._load(words[0])
    parser = cli._Parser(prog='wpt')
    verb.add_arguments(parser)
    arguments = parser.parse_args(list(words[1:]))
    if words[0] == 'drive':
        parse_faults(arguments.faults, surround_rig().names)


def parse_training(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    tyro = pytest.importorskip('tyro', reason='tyro comes with the extra training')
    real = tyro.cli

    def parse_only(*arguments: Any, **options: Any) -> NoReturn:
        real(*arguments, **options)
        raise ParsedError

    monkeypatch.setattr(tyro, 'cli', parse_only)
    name = training.cli._find(words)
    assert name is not None
    with pytest.raises(ParsedError):
        import_module(training.cli.VERBS[name]).main(list(words[len(name.split()) :]))
    monkeypatch.setattr(tyro, 'cli', real)


def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_commands_are_taken_by_their_parsers(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in commands(page, './wpt'):
        try:
            parse(words, monkeypatch)
        except (SystemExit, InputError) as error:
            pytest.fail(f'./wpt {" ".join(words)}: {error}')


def test_modules_that_are_run_exist(page: Path) -> None:
    for words in commands(page, 'python -m'):
        assert find_spec(words[0]) is not None, f'python -m {" ".join(words)}'


def test_launch_files_and_their_arguments_exist(page: Path) -> None:
    known = set(re.findall(r"^ +'(\w+)': \(", (ROOT / 'wpt_ros/launching.py').read_text(), re.M))
    for file, *words in commands(page, 'ros2 launch wpt_ros'):
        assert (ROOT / 'launch' / file).is_file(), file
        given = {word.partition(':=')[0] for word in words if ':=' in word}
        assert given <= known, f'{file} has no argument {given - known}'


def test_every_code_of_the_gate_is_explained() -> None:
    files = [*(ROOT / 'wpt_core/safety').glob('*.py'), *(ROOT / 'wpt_ros/parts').glob('pub*.py')]
    raised = re.compile(r"(?:_error\(|Notice\(Level\.ERROR, )\s*'(\w+)'")
    codes = {code for file in files for code in raised.findall(file.read_text())}
    text = (ROOT / 'docs/troubleshooting.md').read_text()
    assert 'odometry_not_finite' in codes
    assert {code for code in codes if f'`{code}`' not in text} <= {'take_over'}


def test_the_readme_warns_before_its_first_command() -> None:
    text = (ROOT / 'README.md').read_text()
    warning = text[text.index('> [!WARNING]') : text.index('./wpt drive')]
    for word in ('never brakes', 'renderings only', 'closed course', 'trained driver', 'switch'):
        assert word in warning
    assert 'rig:=' not in text  # the launch line for a car stands in docs/your_car.md


@pytest.mark.parametrize(
    'words',
    [
        ['dive'],
        ['drive', '--sead', '3'],
        ['drive', '--faults', 'planner=sulk@5s'],
        ['train', 'student', '--epochs', '3'],
        ['prepare', '--dirty', '3'],
    ],
)
def test_a_command_that_does_not_exist_is_found(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((SystemExit, InputError)):
        parse(words, monkeypatch)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / 'page.md'
    page.write_text('# A page, and its end\n[a](gone.md) [b](#nowhere) `[c](code.md)`\n')
    assert broken_links(page) == ['gone.md', '#nowhere']
    page.write_text('# A page, and its end\n[a](page.md#a-page-and-its-end) [b](https://x.org)\n')
    assert broken_links(page) == []
    assert anchors("## The driver's hands") == {'the-drivers-hands'}


def test_commands_are_found_in_blocks_and_spans(tmp_path: Path) -> None:
    page = tmp_path / 'page.md'
    page.write_text(
        '    ./wpt drive \\\n        --seed 3   # a drive\n`./wpt world` and `./wpt VERB`\n'
    )
    assert list(commands(page, './wpt')) == [['drive', '--seed', '3'], ['world']]
