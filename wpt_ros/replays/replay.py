# SPDX-License-Identifier: Apache-2.0
"""Run the planner on recordings one after the other, and write one report."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wpt_core.files import write_atomic
from wpt_core.types import Rig, WptError
from wpt_ros.domain import check_domain_unused
from wpt_ros.output_folder import new_output_folder
from wpt_ros.replays.bags import Converted, converted
from wpt_ros.replays.comparison import PLOT_HORIZON_S, PlanSample, compare_plans, worst
from wpt_ros.replays.figures import draw_sample, draw_timeline, film
from wpt_ros.replays.report import ReplaySettings, figures_of, report
from wpt_ros.replays.run import ReplayedBag, play
from wpt_ros.replays.source import open_source
from wpt_ros.shipped import shipped_student

__all__ = ['ReplayOptions', 'replay']

_WORST, _APART_S = 6, 1.0
"""Number of worst samples to draw, and their least distance in time."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Options of a replay."""

    bag: Path
    mapping: Path | None
    """None: the recording has the names that the planner listens to."""
    rig: Rig
    model: str
    """Empty: the student that is shipped."""
    rate: float
    runs: Path


def replay(options: ReplayOptions) -> list[str]:
    """Replay, write the report, and return the lines to print; raise InputError or BagError."""
    if options.mapping is None:
        # Before the output folder is created: this finds most errors.
        open_source(options.bag, options.rig, name=_name(options.bag))
    check_domain_unused(partial(print, file=sys.stderr))
    folder = new_output_folder(options.runs, 'replay', _name(options.bag))
    made = _converted(options, folder)
    sources = [open_source(bag, options.rig, name=_name(bag)) for bag in made.episodes]
    played = []
    for source in sources:
        place = folder / source.name if len(sources) > 1 else folder
        played.append(play(source, place, model=options.model, rate=options.rate))
    samples = [_compared(one, index) for index, one in enumerate(played)]
    student = options.model or str(shipped_student())
    return _written(folder, played, samples, ReplaySettings(student, options.rate, made.output))


def _converted(options: ReplayOptions, folder: Path) -> Converted:
    """Return the bags to play; leave no empty folder if the conversion fails."""
    if options.mapping is None:
        return Converted((options.bag,), ())
    out = folder / 'episodes'
    try:
        return converted(options.bag, options.mapping, out)
    except WptError:
        for empty in (out, folder):
            with suppress(OSError):
                empty.rmdir()
        raise


def _compared(one: ReplayedBag, index: int) -> list[PlanSample]:
    plans = sorted(one.received.plans, key=lambda published: published.stamp_ns)
    commands = [one.source.command_at(published.plan.stamp_s) for published in plans]
    return compare_plans(plans, one.source.driven, commands, source=index)


def _written(
    folder: Path,
    played: Sequence[ReplayedBag],
    samples: Sequence[list[PlanSample]],
    settings: ReplaySettings,
) -> list[str]:
    """Write all files; return the summary."""
    every = [sample for row in samples for sample in row]
    at_s = min(PLOT_HORIZON_S, max(sample.known_s for sample in every))
    timelines = _names('timeline', '.png', played)
    videos = _names('overlay', '.mp4', played)
    for one, row, timeline, video in zip(played, samples, timelines, videos, strict=True):
        draw_timeline(folder / timeline, one, row, at_s=at_s)
        film(folder / video, one)
    shown = [
        name
        for number, sample in enumerate(worst(every, at_s, count=_WORST, apart_s=_APART_S), 1)
        if draw_sample(
            folder / (name := f'worst_{number}.png'),
            played[sample.source].source,
            sample,
            at_s=at_s,
        )
    ]
    figures = figures_of(played, every, settings)
    write_atomic(folder / 'result.json', json.dumps(figures, indent=2) + '\n')
    text = report(figures, pictures=[*timelines, *shown], videos=videos)
    write_atomic(folder / 'report.md', text)
    return [*_summary(text), f'report: {folder / "report.md"}']


def _summary(text: str) -> list[str]:
    """Return the first two sections, which fit a terminal."""
    return [line for line in text.partition('## Notices')[0].splitlines() if line]


def _names(stem: str, suffix: str, played: Sequence[ReplayedBag]) -> list[str]:
    if len(played) == 1:
        return [f'{stem}{suffix}']
    return [f'{stem}_{one.source.name}{suffix}' for one in played]


def _name(bag: Path) -> str:
    """Return the name of a recording; for the bag of a drive, that of its folder."""
    bag = bag.resolve()
    return bag.parent.name if bag.name == 'bag' else bag.stem if bag.is_file() else bag.name
