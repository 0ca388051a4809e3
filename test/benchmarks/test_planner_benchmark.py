# SPDX-License-Identifier: Apache-2.0
"""The figures of the planner's benchmark: what is timed, summed up, and judged."""

import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.planner import parse, report_case, verdict
from benchmarks.planner_step import STAGES, Case, Times, measure, rig_of
from wpt_core.model import RawDecision, Student, preset
from wpt_core.model.artifact import save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.model.runtime import EagerBackend
from wpt_core.sensing import ViewWarper, surround_rig


def times(*steps_ms: float, peak_mb: float = 100.0) -> Times:
    """Of which the half is extraction, and the rest is even."""
    return Times(np.outer(steps_ms, [1 / 6, 1 / 2, 1 / 6, 1 / 6]), peak_mb)


def test_a_row_has_the_median_of_runs_their_tails_and_shares() -> None:
    runs = [times(10.0, 20.0, 30.0), times(40.0, 40.0, 40.0, peak_mb=150.0), times(5.0)]
    row = report_case(Case('onnx', 'large', 2), runs)
    expected = 'onnx 2 large 20 (5 to 40) 29.8 (5 to 40) 17% 50% 17% 17% 150'
    assert ' '.join(row.split()) == expected


@pytest.mark.parametrize(('slow_ms', 'word'), [(50.0, 'reached'), (50.1, 'missed')])
def test_the_target_is_about_the_quickest_on_two_cores_with_large_pictures(
    slow_ms: float, word: str
) -> None:
    found = {
        Case('float32', 'large', 2): [times(900.0)],
        Case('onnx', 'large', 2): [times(1.0), times(slow_ms), times(slow_ms)],
        Case('onnx', 'large', 1): [times(60.0)],
        Case('onnx', 'large', 4): [times(2.0)],
        Case('onnx', 'equal', 2): [times(2.0)],
    }
    (line,) = verdict(found)
    assert f'{slow_ms:.1f} ms with onnx, 2 of them used (target: at most 50; {word})' in line


def test_without_the_case_that_counts_nothing_is_judged() -> None:
    assert 'not judged' in verdict({Case('onnx', 'equal', 2): [times(1.0)]})[0]


def test_words_choose_cases() -> None:
    arguments = parse(['--backends', 'onnx', '--threads', '3', '--rigs', 'large', '--runs', '2'])
    assert (arguments.backends, arguments.threads, arguments.rigs) == (['onnx'], [3], ['large'])
    assert parse([]).backends == ['float32', 'bfloat16', 'onnx']


@pytest.mark.parametrize('words', [['--ticks', '0'], ['--backends', 'magic'], ['--threads', '-1']])
def test_wrong_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(words)
    assert stopped.value.code == 2
    assert words[1] in capsys.readouterr().err


def test_large_cameras_see_all_that_the_views_want() -> None:
    views = surround_rig()
    large = rig_of('large', views)
    assert {(c.intrinsics.width_px, c.intrinsics.height_px) for c in large.cameras} == {
        (1280, 720)
    }
    assert ViewWarper(large, views).coverage.min() > 0.95
    assert rig_of('equal', views) is views


def test_each_stage_is_timed_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_artifact(
        tmp_path / 'student', Student(preset('debug')), surround_rig(), origin=Origin('x', 'y')
    )
    decide = EagerBackend.decide

    def slowly(self: EagerBackend, *history: object) -> RawDecision:
        time.sleep(0.02)
        return decide(self, *history)  # type: ignore[arg-type]  # a history, whatever it is

    monkeypatch.setattr(EagerBackend, 'decide', slowly)
    monkeypatch.setattr('os.sched_setaffinity', lambda *_: None)
    monkeypatch.setattr('torch.set_num_threads', lambda _: None)
    found = measure(Case('float32', 'equal', 1), tmp_path / 'student', tmp_path, 3)
    assert found.stages_ms.shape == (3, len(STAGES))
    assert found.stages_ms.min() > 0.0
    assert (found.stages_ms[:, 2] > 20.0).all()
    np.testing.assert_allclose(found.steps_ms, found.stages_ms.sum(axis=1))
    assert 50.0 < found.peak_mb < 5000.0
