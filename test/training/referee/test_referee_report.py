# SPDX-License-Identifier: Apache-2.0
"""Numbers in the report are those of the drives, and say how sure they are."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from training.referee.arena import Suite
from training.referee.open_loop import Likelihood
from training.referee.outcome import DriveResult, Trace
from training.referee.plots import offset_plot, reliability_plot
from training.referee.report import Findings, closed_loop_table, report, summarise
from wpt_core.metrics import laplace_coverage, mean_interval, wilson_interval


def result(
    row: str, suite: str, number: int, seed: int, passed: bool, score: float = 100.0
) -> DriveResult:
    return DriveResult(
        row=row,
        suite=suite,
        scenario=f'drive_{number}',
        ability='keeping',
        seed=seed,
        passed=passed,
        reasons=('fine',) if passed else (f'{number} | went wrong',),
        completion=score / 100.0,
        infractions=(),
        score=score,
        comfort=0.5,
        efficiency=None,
        final_offset_m=0.1,
        ended_s=1.0,
        trace=Trace((0.0, 0.5, 1.0), (0.5, 0.2, 0.1), (0.0, 0.0, 0.0), (0.0, 5.0, 10.0)),
    )


def runs(
    row: str, suite: str, passes: Sequence[Sequence[bool]], *, score: float = 100.0
) -> list[DriveResult]:
    return [
        result(row, suite, number, 1000 + run, passed, score)
        for run, flags in enumerate(passes)
        for number, passed in enumerate(flags)
    ]


PASSES = ((True, True, True, False), (True, True, False, False), (True, True, True, True))


@pytest.fixture
def found() -> Findings:
    everything = tuple((True,) * 4 for _ in range(3))
    closed = {
        ('expert', 'lane_centre'): runs('expert', 'lane_centre', everything),
        ('student', 'lane_centre'): runs('student', 'lane_centre', PASSES),
        ('expert', 'routes'): runs('expert', 'routes', everything, score=80.0),
        ('student', 'routes'): runs('student', 'routes', PASSES, score=60.0),
    }
    return Findings(
        rows=('expert', 'student'),
        suites=(
            Suite('lane_centre', 'stays in the middle', ()),
            Suite('routes', 'arrives', (), scored=True),
        ),
        seeds=(1000, 1001, 1002),
        closed=closed,
        robustness={
            'undisturbed': closed['student', 'lane_centre'],
            'front camera dead': runs('student', 'lane_centre', ((False,) * 4,)),
        },
    )


def cells(table: str, *start: str) -> list[str]:
    """Of the line that begins with these cells."""
    for line in table.splitlines():
        found = [cell.strip() for cell in line.strip('|').split(' | ')]
        if tuple(found[: len(start)]) == start:
            return found
    raise AssertionError(f'no line {start} in\n{table}')


def test_a_summary_counts_by_seed_and_pools_for_the_share() -> None:
    one = summarise(runs('student', 'lane_centre', PASSES))
    assert (one.drives, one.passes, one.mean_passes) == (4, (3, 2, 4), 3.0)
    assert one.share == wilson_interval(9, 12)
    assert one.scores == (100.0, 100.0, 100.0)
    assert one.comfort == 0.5


def test_the_mean_carries_the_interval_over_seeds_cut_to_what_is_possible() -> None:
    one = summarise(runs('student', 'lane_centre', PASSES))
    low = mean_interval([3, 2, 4]).low
    assert one.passes_text == f'3.0 [{low:.1f}, 4.0] of 4'
    assert summarise(runs('student', 'lane_centre', PASSES[:1])).passes_text == '3 of 4'


def test_the_order_of_the_drives_does_not_matter() -> None:
    drives = runs('student', 'routes', PASSES)
    shuffled = [drives[k] for k in np.random.default_rng(1).permutation(len(drives))]
    assert summarise(shuffled) == summarise(drives)


def test_the_table_has_every_row_and_the_share_of_the_expert(found: Findings) -> None:
    table = closed_loop_table(found)
    assert cells(table, 'lane_centre', 'student')[2] == '3, 2, 4'
    assert cells(table, 'lane_centre', 'student')[5] == '-'
    assert cells(table, 'routes', 'student')[5] == '60.0 [60.0, 60.0] (75% of the expert)'
    assert cells(table, 'routes', 'expert')[5] == '80.0 [80.0, 80.0]'


def test_the_report_says_what_failed_and_why(found: Findings) -> None:
    images = {'Closed loop': ['offset_over_time.png'], 'Failures': ['films/a_b.mp4']}
    text = report(found, model='models/student', about='Roads are drawn anew', images=images)
    assert text.startswith('# Evaluation of models/student\n')
    assert 'Roads are drawn anew; seeds 1000, 1001, 1002 of' in text
    assert '`routes` passes when it arrives.' in text
    assert '![offset over time](offset_over_time.png)' in text
    assert '[a b](films/a_b.mp4)' in text
    failures = text.split('## Failures')[1]
    assert failures.count('went wrong') == 6
    assert r'3 \| went wrong' in failures
    assert 'expert' not in failures
    robustness = text.split('## Robustness')[1]
    assert cells(robustness, 'front camera dead')[1] == '0 of 4'
    assert '## Open loop' not in text


def picture(content: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


def test_failed_drives_are_red_and_passed_ones_green() -> None:
    def share(passed: bool) -> tuple[int, int]:
        drives = {'student': runs('student', 'lane_centre', ((passed,) * 4,))}
        image = picture(offset_plot(drives)).astype(int)
        red = (image[..., 2] - image[..., 1] > 80).sum()
        green = (image[..., 1] - image[..., 2] > 60).sum()
        return red, green

    red, green = share(False)
    assert red > 50 > green
    red, green = share(True)
    assert green > 50 > red


def test_the_reliability_diagram_has_a_panel_a_row() -> None:
    table = laplace_coverage(np.linspace(-2, 2, 50), np.ones(50))
    one = Likelihood(0.0, 0.0, (('x at 1 s', table), ('y at 1 s', table)))
    single, double = (
        picture(reliability_plot({str(k): one for k in range(count)})) for count in (1, 2)
    )
    assert double.shape[1] == pytest.approx(2 * single.shape[1], abs=2)
    assert single.std() > 10.0
