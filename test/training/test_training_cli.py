# SPDX-License-Identifier: Apache-2.0
"""The verbs of the school: mistakes are one sentence and exit code 2."""

from pathlib import Path

import pytest

from training import cli


@pytest.mark.parametrize('words', [[], ['dance'], ['train'], ['train', 'teacher']])
def test_an_unknown_verb_is_one_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith('wpt: got ')
    assert 'train on-policy' in said
    assert said.count('\n') == 1


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (['prepare', '--perturbed', '-1'], '--perturbed, --clean, --beside and --first must be'),
        (['prepare', '--bag', 'nowhere'], 'nowhere'),
        (['train', 'student', '--preset', 'giant'], "preset: unknown name 'giant'"),
        (['train', 'on-policy', '--simulator', 'moon'], "simulator: unknown name 'moon'"),
        (['train', 'on-policy', '--rounds', '0'], '--rounds must be at least 1'),
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
