# SPDX-License-Identifier: Apache-2.0
"""The verbs of the school: mistakes are one sentence and exit code 2."""

import sys
from pathlib import Path

import pytest

from training import cli


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        ([], 'train on-policy'),
        (['dance'], "unknown verb 'dance'; expected one of prepare, train student"),
        (['train'], 'train: expected train student or train on-policy'),
        (['train', '--preset', 'mini'], 'train: expected train student or train on-policy'),
        (['train', 'onpolicy'], "unknown verb 'train onpolicy'; did you mean train on-policy?"),
        (['evalute'], "unknown verb 'evalute'; did you mean evaluate?"),
    ],
)
def test_an_unknown_verb_is_one_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith('wpt: ')
    assert sentence in said
    assert said.count('\n') == 1


def test_help_of_train_names_both_trainings(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['train', '--help']) == 0
    said = capsys.readouterr().out
    assert 'wpt train student' in said
    assert 'wpt train on-policy' in said


@pytest.mark.parametrize('verb', cli.VERBS)
def test_help_of_a_verb_calls_it_by_its_name(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*verb.split(), '--help'])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith(f'usage: wpt {verb} ')


def test_a_missing_package_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, 'training.cli.watch', raising=False)
    monkeypatch.setitem(sys.modules, 'av', None)
    assert cli.main(['watch', '--help']) == 2
    said = capsys.readouterr().err
    assert said.startswith('wpt: av cannot be imported by ')
    assert 'run ./wpt setup' in said


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['prepare', '--perturbed', '-1'], 'Prepare.perturbed must be between 0 and 50000'),
        (['prepare', '--mapping', 'car.yaml'], '--mapping needs a recording'),
        (['prepare', '--bag', 'nowhere'], 'nowhere'),
        (['train', 'student', '--preset', 'giant'], "preset: unknown name 'giant'"),
        (['train', 'on-policy', '--simulator', 'moon'], "simulator: unknown name 'moon'"),
        (['train', 'student', '--data', 'nowhere'], 'nowhere has no episodes'),
        (['train', 'student', '--pictures.steps', '0'], 'ExtractorStage.steps must be between 1'),
        (['train', 'student', '--seed', '-1'], 'TrainStudent.seed must be between 0'),
        (['train', 'on-policy', '--rounds', '0'], 'TrainOnPolicy.rounds must be between 1'),
        (['train', 'on-policy', '--start', 'nowhere', '--data', 'none'], 'nowhere'),
    ],
)
def test_a_mistake_is_one_sentence(
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert sentence in said.splitlines()[-1]
    assert 'Traceback' not in said
    assert list(tmp_path.iterdir()) == []
