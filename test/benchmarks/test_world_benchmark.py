# SPDX-License-Identifier: Apache-2.0
"""The figures of the world's benchmark: how runs are summed up, compared and reported."""

from collections.abc import Sequence
from functools import partial

import pytest

from benchmarks.metadrive_camera import why_not
from benchmarks.one_core import OneCore
from benchmarks.our_world import CASES, scenario
from benchmarks.rates import Run, Spread, ratios, spread
from benchmarks.world import parse, report_case, report_ratio
from wpt_sim.road import RoadKind


class Counting:
    """Takes steps until the last one, on which it fails."""

    frames_per_step = 6

    def __init__(self, last: int) -> None:
        self._left = last
        self.about = 'counting down'

    def step(self) -> None:
        print(f'{self._left} steps left')
        self._left -= 1
        if not self._left:
            raise ValueError('counted to the end')


def runs(*processor_s: float, frames: int = 60, wall_s: float = 10.0) -> list[Run]:
    return [Run(frames, wall_s, each_s, peak_mb=100.0 + each_s) for each_s in processor_s]


def test_rates_are_frames_over_the_time_of_each_clock() -> None:
    run = Run(frames=60, wall_s=10.0, processor_s=4.0, peak_mb=1.0)
    assert (run.frames_per_s, run.frames_per_wall_s) == (15.0, 6.0)


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        ([3.0], Spread(3.0, 3.0, 3.0)),
        ([9.0, 1.0, 2.0], Spread(2.0, 1.0, 9.0)),
        ([4.0, 1.0, 2.0, 100.0], Spread(3.0, 1.0, 100.0)),
    ],
)
def test_spread_is_median_least_and_most(values: Sequence[float], expected: Spread) -> None:
    assert spread(values) == expected


def test_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match='no runs'):
        spread([])


def test_spread_shows_three_digits() -> None:
    assert str(Spread(20.341, 1.9962, 123.4)) == '20.3 (2 to 123)'


def test_ratios_pair_each_run_with_the_one_beside_it() -> None:
    # The machine halves its clock for the second pair: the rates change, the ratio does not.
    ours, theirs = runs(1.0, 2.0), runs(10.0, 20.0, frames=6)
    assert ratios(ours, theirs) == pytest.approx([100.0, 100.0])


def test_ratios_of_unequal_numbers_of_runs_are_refused() -> None:
    with pytest.raises(ValueError, match='shorter'):
        ratios(runs(1.0, 2.0), runs(1.0))


def test_a_set_is_six_frames_in_the_report() -> None:
    line = report_case('somewhere', runs(1.0, 2.0, 5.0))
    assert ' '.join(line.split()) == 'somewhere 5 (2 to 10) 1 (1 to 1) 105'


@pytest.mark.parametrize(('their_s', 'verdict'), [(5.0, 'reached'), (4.99, 'missed')])
def test_the_target_is_judged_by_the_median(their_s: float, verdict: str) -> None:
    ours = runs(1.0, 1.0, 1.0)
    theirs = runs(1.0, their_s, 100.0, frames=6)
    ratio = report_ratio(ours, theirs)[1]
    assert f'{verdict})' in ratio
    assert '(10 to 1e+03)' in ratio


def test_cases_are_chosen_by_name() -> None:
    arguments = parse(['--sets', '3', '--runs', '2', '--cases', 'city-night-rain'])
    assert (arguments.sets, arguments.runs) == (3, 2)
    assert [case.name for case in arguments.cases] == ['city-night-rain']
    assert parse([]).cases == list(CASES)


@pytest.mark.parametrize(
    ('words', 'names'),
    [
        (['--sets', '0'], "--sets: expected a whole number from 1 to 10000, got '0'"),
        (['--runs', 'many'], "--runs: expected a whole number from 1 to 10000, got 'many'"),
        (['--cases', 'moon'], "invalid choice: 'moon' (choose from"),
    ],
)
def test_wrong_arguments_are_named(
    words: list[str], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(words)
    assert stopped.value.code == 2
    assert names in capsys.readouterr().err


def test_every_kind_of_road_is_measured_in_traffic() -> None:
    assert {case.road for case in CASES} == set(RoadKind)
    assert all(len(scenario(case, steps=1).roles) >= 6 for case in CASES)


def test_what_is_missing_for_the_comparison_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = {'metadrive': None}
    monkeypatch.setattr('importlib.util.find_spec', lambda name: missing.get(name, object()))
    assert 'not installed' in (why_not() or '')
    missing.clear()
    monkeypatch.delenv('DISPLAY', raising=False)
    assert 'no display' in (why_not() or '')
    monkeypatch.setenv('DISPLAY', ':99')
    assert why_not() is None


def test_a_load_runs_in_its_own_process_and_fails_with_its_last_words(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with OneCore(partial(Counting, 4)) as load:
        assert load.about() == 'counting down'
        run = load.run(2)
        assert run.frames == 12
        assert 0.0 < run.wall_s < 1.0
        with pytest.raises(RuntimeError, match=r'counted to the end'):
            load.run(1)
    assert capfd.readouterr() == ('', '')
