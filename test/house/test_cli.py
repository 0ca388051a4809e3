# SPDX-License-Identifier: Apache-2.0
"""The command line: the verb is run, and what goes wrong is one sentence and an exit code."""

import argparse
import importlib
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

import training.cli
from wpt_core.types import BagError, InputError
from wpt_ros import cli
from wpt_ros.verbs import CHECKOUT_VERBS, VERBS

Run = Callable[[argparse.Namespace], int]


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Put a verb `try` in place whose `run` is given."""

    def place(run: Run) -> None:
        module = types.ModuleType('wpt_ros.verbs.try')
        module.SUMMARY = 'try something'  # type: ignore[attr-defined]  # made up here
        module.add_arguments = lambda parser: parser.add_argument('--n', type=int)  # type: ignore[attr-defined]  # made up here
        module.run = run  # type: ignore[attr-defined]  # made up here
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(cli, 'VERBS', {'try': 'try something'})

    return place


def raising(error: BaseException) -> Run:
    def run(_: argparse.Namespace) -> int:
        raise error

    return run


def test_a_verb_gets_its_arguments_and_its_code_is_returned(verb: Callable[[Run], None]) -> None:
    verb(lambda arguments: arguments.n)
    assert cli.main(['try', '--n', '7']) == 7


SENTENCES = [
    (InputError('suite "x" is unknown; the suites are a, b'), 'suite "x" is unknown'),
    (BagError('a.mcap is empty'), 'a.mcap is empty'),
    (ModuleNotFoundError("No module named 'torch'", name='torch'), 'torch cannot be imported by'),
    (ImportError('libGL.so.1: cannot open', name='cv2'), 'cv2 cannot be imported by'),
]


@pytest.mark.parametrize(('error', 'expected'), SENTENCES)
def test_what_is_understood_is_one_sentence(
    verb: Callable[[Run], None],
    error: Exception,
    expected: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    verb(raising(error))
    assert cli.main(['try']) == 2
    printed = capsys.readouterr()
    assert printed.out == ''
    assert printed.err.startswith(f'wpt: {expected}')
    assert printed.err.count('\n') == 1


def test_a_missing_package_comes_with_the_remedy(
    verb: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(raising(ModuleNotFoundError("No module named 'torch'", name='torch.nn')))
    cli.main(['try'])
    assert f'by {sys.executable}' in (said := capsys.readouterr().err)
    assert 'run ./wpt setup' in said


def test_faults_of_our_own_are_not_hidden(verb: Callable[[Run], None]) -> None:
    verb(raising(ImportError('cannot import name', name='wpt_core.types')))
    with pytest.raises(ImportError):
        cli.main(['try'])
    verb(raising(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.main(['try'])


def test_an_interruption_is_silent(
    verb: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(raising(KeyboardInterrupt()))
    assert cli.main(['try']) == 130
    assert capsys.readouterr().err == ''


def test_wrong_options_and_verbs_exit_with_2(
    verb: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    verb(lambda _: 0)
    with pytest.raises(SystemExit) as stopped:
        cli.main(['try', '--no-such-option'])
    assert stopped.value.code == 2
    assert cli.main(['trry']) == 2
    assert "unknown verb 'trry'; did you mean try?" in capsys.readouterr().err
    assert cli.main(['xyz']) == 2
    assert "unknown verb 'xyz'; the verbs are try, " in capsys.readouterr().err


def test_a_verb_of_the_checkout_is_not_called_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(['train', '--help']) == 2
    assert 'train works in a checkout only: run ./wpt train there' in capsys.readouterr().err


def test_the_version_is_that_of_the_manifest(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(['--version']) == 0
    version = capsys.readouterr().out.strip().removeprefix('wpt ')
    assert f'<version>{version}</version>' in (root / 'package.xml').read_text()


@pytest.mark.parametrize('words', [[], ['help'], ['--help']])
def test_help_names_every_verb(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 0
    printed = capsys.readouterr().out
    assert all(f'  {verb} ' in printed for verb in [*VERBS, *CHECKOUT_VERBS])
    assert training.cli.VERBS.keys() <= CHECKOUT_VERBS.keys()


@pytest.mark.parametrize('name', VERBS)
def test_every_verb_keeps_the_protocol_and_gives_help(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f'wpt_ros.verbs.{name}')
    assert callable(module.run)
    with pytest.raises(SystemExit) as stopped:
        cli.main([name, '--help'])
    assert stopped.value.code == 0
    assert ' '.join(module.SUMMARY.split()) in ' '.join(capsys.readouterr().out.split())


@pytest.mark.parametrize('words', [['help'], ['doctor', '--help'], ['nonsense']])
def test_help_and_doctor_need_nothing_but_python(words: list[str], root: Path) -> None:
    """-S hides every installed package."""
    code = f'import sys; sys.path.insert(0, {str(root)!r}); from wpt_ros.cli import main; '
    answer = subprocess.run(
        [sys.executable, '-I', '-S', '-c', f'{code}sys.exit(main({words!r}))'],
        capture_output=True,
        text=True,
    )
    assert answer.returncode == (2 if words == ['nonsense'] else 0), answer.stderr
    assert 'Traceback' not in answer.stderr


def test_a_reader_that_leaves_early_gets_no_traceback(root: Path) -> None:
    script = f'{sys.executable} -m wpt_ros.cli help | head -n 1'
    answer = subprocess.run(['sh', '-c', script], cwd=root, capture_output=True, text=True)
    assert answer.stderr == ''
