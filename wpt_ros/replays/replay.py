# SPDX-License-Identifier: Apache-2.0
"""Recordings through the planner, one after the other, into one report."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wpt_core.files import write_atomic
from wpt_core.types import Rig, WptError
from wpt_ros.domain import check_alone
from wpt_ros.replays.bags import Converted, converted
from wpt_ros.replays.judge import CURVE_AT_S, Moment, judged, worst
from wpt_ros.replays.pictures import draw_moment, draw_timeline, film
from wpt_ros.replays.report import Circumstances, figures_of, report
from wpt_ros.replays.run import Played, play
from wpt_ros.replays.source import open_source
from wpt_ros.run_folder import new_folder
from wpt_ros.shipped import shipped_student

__all__ = ['Wishes', 'replay']

_WORST, _APART_S = 6, 1.0
"""So many of the worst moments are shown, so far apart."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to replay, and how."""

    bag: Path
    mapping: Path | None
    """None: the recording has the names that the planner listens to."""
    rig: Rig
    model: str
    """Empty: the student that is shipped."""
    rate: float
    runs: Path


def replay(wishes: Wishes) -> list[str]:
    """Play it all and write the report; what to print. InputError or BagError for one sentence."""
    if wishes.mapping is None:
        # Before there is a folder: most mistakes are found here.
        open_source(wishes.bag, wishes.rig, name=_name(wishes.bag))
    check_alone(partial(print, file=sys.stderr))
    folder = new_folder(wishes.runs, 'replay', _name(wishes.bag))
    made = _converted(wishes, folder)
    sources = [open_source(bag, wishes.rig, name=_name(bag)) for bag in made.episodes]
    played = []
    for source in sources:
        place = folder / source.name if len(sources) > 1 else folder
        played.append(play(source, place, model=wishes.model, rate=wishes.rate))
    moments = [_judged(one, index) for index, one in enumerate(played)]
    student = wishes.model or str(shipped_student())
    return _written(folder, played, moments, Circumstances(student, wishes.rate, made.said))


def _converted(wishes: Wishes, folder: Path) -> Converted:
    """What to play; where nothing comes of it, no empty folder stays."""
    if wishes.mapping is None:
        return Converted((wishes.bag,), ())
    out = folder / 'episodes'
    try:
        return converted(wishes.bag, wishes.mapping, out)
    except WptError:
        for empty in (out, folder):
            with suppress(OSError):
                empty.rmdir()
        raise


def _judged(one: Played, index: int) -> list[Moment]:
    plans = sorted(one.heard.plans, key=lambda told: told.stamp_ns)
    commands = [one.source.command_at(told.plan.stamp_s) for told in plans]
    return judged(plans, one.source.driven, commands, source=index)


def _written(
    folder: Path, played: Sequence[Played], moments: Sequence[list[Moment]], how: Circumstances
) -> list[str]:
    """The files, and a summary."""
    every = [moment for row in moments for moment in row]
    at_s = min(CURVE_AT_S, max(moment.known_s for moment in every))
    timelines = _names('timeline', '.png', played)
    videos = _names('overlay', '.mp4', played)
    for one, row, timeline, video in zip(played, moments, timelines, videos, strict=True):
        draw_timeline(folder / timeline, one, row, at_s=at_s)
        film(folder / video, one)
    shown = [
        name
        for number, moment in enumerate(worst(every, at_s, count=_WORST, apart_s=_APART_S), 1)
        if draw_moment(
            folder / (name := f'worst_{number}.png'),
            played[moment.source].source,
            moment,
            at_s=at_s,
        )
    ]
    figures = figures_of(played, every, how)
    write_atomic(folder / 'result.json', json.dumps(figures, indent=2) + '\n')
    text = report(figures, pictures=[*timelines, *shown], videos=videos)
    write_atomic(folder / 'report.md', text)
    return [*_summary(text), f'report: {folder / "report.md"}']


def _summary(text: str) -> list[str]:
    """The first two chapters, which fit a terminal."""
    return [line for line in text.partition('## What was said')[0].splitlines() if line]


def _names(stem: str, suffix: str, played: Sequence[Played]) -> list[str]:
    if len(played) == 1:
        return [f'{stem}{suffix}']
    return [f'{stem}_{one.source.name}{suffix}' for one in played]


def _name(bag: Path) -> str:
    """Of a bag in the folder of a drive, the name of that folder."""
    bag = bag.resolve()
    return bag.parent.name if bag.name == 'bag' else bag.stem if bag.is_file() else bag.name
