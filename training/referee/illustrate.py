# SPDX-License-Identifier: Apache-2.0
"""The pictures of a report: which there are, where they lie, and what they belong to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.referee.drives import Job
from training.referee.films import film_all, worst_failures
from training.referee.held_out_plans import HeldOut
from training.referee.plots import offset_plot, plan_sheet, reliability_plot
from training.referee.report import Findings
from training.referee.result import DriveResult
from training.referee.store import write_whole

__all__ = ['illustrate']


def illustrate(
    found: Findings,
    driven: Sequence[tuple[Job, DriveResult]],
    plans: Mapping[str, Sequence[HeldOut]],
    *,
    out: Path,
    films: int,
) -> dict[str, list[str]]:
    """Write plots and films into `out`; their names by the heading of the report they go to."""
    model = found.rows[-1]
    shown: dict[str, list[str]] = {'Closed loop': [], 'Open loop': [], 'Failures': []}

    def keep(heading: str, name: str, content: bytes) -> None:
        write_whole(out / name, lambda aside: aside.write_bytes(content))
        shown[heading].append(name)

    if 'lane_centre' in found.suites:
        drives = {row: found.closed[row, 'lane_centre'] for row in found.rows}
        keep('Closed loop', 'offset_over_time.png', offset_plot(drives))
    sure = {
        row: one.likelihood for row, one in found.open_loop.items() if one.likelihood is not None
    }
    if sure:
        keep('Open loop', 'reliability.png', reliability_plot(sure))
    if plans.get(model):
        keep('Open loop', 'plans_over_the_camera.png', plan_sheet(plans[model]))
    own = [pair for pair in driven if pair[0].row.name == model]
    made = film_all(worst_failures(own, films), out / 'films')
    shown['Failures'] += [path.relative_to(out).as_posix() for path in made]
    return shown
