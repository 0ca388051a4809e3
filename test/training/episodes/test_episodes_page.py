# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/episodes.md run."""

import re
from pathlib import Path

import numpy as np
import pytest
from small_episode import VIEWS, write_small_episode

from training.episodes.episode import About, EpisodeWriter
from training.episodes.truth import TruthWriter

PAGE = Path(__file__).resolve().parents[3] / 'docs' / 'episodes.md'


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, truth = re.findall(r'```python\n(.*?)```', PAGE.read_text(), flags=re.DOTALL)
    data = tmp_path / 'out' / 'data' / 'train'
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    write_small_episode(data / 'drive')
    exec(reading, names)
    assert 'drive human (2, 6, 128, 256, 3) True' in capsys.readouterr().out
    with EpisodeWriter(data / 'drive', VIEWS, About('test', 'human', 0.2)) as episode:
        TruthWriter(episode).depth(2.0, 'front', np.ones((128, 256), np.float32))
    exec(truth, names)
    assert capsys.readouterr().out == '2000000000 (128, 256)\n'
