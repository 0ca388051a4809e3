# SPDX-License-Identifier: Apache-2.0
"""Summary of a folder of episodes: speeds, curvatures, offsets, commands, missing views, cuts."""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from training.episodes.episode import About, about_from, image_topic
from training.episodes.foreign.conversion_report import REPORT_SUFFIX, Cut, load_cuts
from wpt_core.bags import Bag
from wpt_core.files import markdown_table, replacing, write_atomic
from wpt_core.types import BagError, Command, InputError

__all__ = ['Summary', 'summarise', 'write_summary']

FloatArray = NDArray[np.float64]

_LEAST_SPEED_MPS = 2.0
"""At lower speeds the driven curvature is mostly noise."""
_LANE_EVERY = 5
"""Samples per evaluated lane: one per second is enough."""
_BARS = '#1f6fb4'
_LABELS = '#d9822b'
_TOPICS = ('/odometry', '/command', '/episode', '/labels/action')
_LANES = ('/labels/lane_left', '/labels/lane_right')
_MOST_CUTS = 50


@dataclass(frozen=True, eq=False, slots=True)
class Summary:
    """Statistics over all episodes of one folder."""

    folder: Path
    episodes: int
    duration_s: float
    """Duration of the odometry."""
    sets: int
    labelled: int
    """Sets with a label."""
    kinds: dict[str, int]
    """Episodes by driver and source."""
    speeds_mps: FloatArray
    """At 20 Hz."""
    driven_1pm: FloatArray
    """Driven curvature at 20 Hz of the moving car."""
    label_1pm: FloatArray
    """Curvature in the labels."""
    offsets_m: FloatArray
    """Offsets from the centre of the target lane, left positive, where it is known."""
    commands: dict[Command, int]
    """Sets by command."""
    missing: dict[str, float]
    """Share of sets without an image, by view."""
    cuts: tuple[tuple[str, Cut], ...]
    """Cuts with the name of the recording."""
    unreadable: tuple[str, ...]
    """Errors of bags that are no complete episodes."""

    @property
    def headline(self) -> str:
        return (
            f'{self.folder}: {self.episodes} episodes, {self.duration_s / 3600.0:.2f} h, '
            f'{self.sets} sets of views, {self.labelled} of them with a label'
        )


@dataclass(slots=True)
class _Tally:
    """Running statistics."""

    duration_s: float = 0.0
    sets: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    speeds: list[FloatArray] = field(default_factory=list)
    driven: list[FloatArray] = field(default_factory=list)
    labels_1pm: list[float] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    commands: Counter[int] = field(default_factory=Counter)
    images: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)


def summarise(folder: Path) -> Summary:
    """Read all episodes without images; InputError if there is none."""
    paths = sorted(path for path in folder.glob('*') if (path / 'metadata.yaml').is_file())
    tally = _Tally()
    for path in paths:
        try:
            _add(tally, path)
        except (BagError, InputError) as error:
            tally.unreadable.append(str(error))
    episodes = len(paths) - len(tally.unreadable)
    if not episodes:
        raise InputError(f'{folder} has no complete episode; make some with ./wpt prepare')
    reports = sorted(folder.glob(f'*{REPORT_SUFFIX}'))
    cuts = [
        (path.name.removesuffix(REPORT_SUFFIX), c) for path in reports for c in load_cuts(path)
    ]
    return Summary(
        folder=folder,
        episodes=episodes,
        duration_s=tally.duration_s,
        sets=tally.sets,
        labelled=len(tally.labels_1pm),
        kinds=dict(tally.kinds.most_common()),
        speeds_mps=np.concatenate(tally.speeds),
        driven_1pm=np.concatenate(tally.driven),
        label_1pm=np.array(tally.labels_1pm),
        offsets_m=np.array(tally.offsets),
        commands={command: tally.commands[command] for command in Command},
        missing={name: 1.0 - count / tally.sets for name, count in tally.images.items()},
        cuts=tuple(cuts),
        unreadable=tuple(tally.unreadable),
    )


def write_summary(summary: Summary, out: Path) -> None:
    """Write `summary.md` and `summary.png` into `out`."""
    write_atomic(out / 'summary.md', _markdown(summary))
    with replacing(out / 'summary.png') as aside:
        _figure(summary).savefig(aside)


def _add(tally: _Tally, path: Path) -> None:
    """Add an episode; an unreadable one adds nothing."""
    with Bag.open(path) as bag:
        counts = {topic.name: topic.count for topic in bag.info.topics}
        if missing := [topic for topic in _TOPICS if topic not in counts]:
            raise InputError(f'{path} is a bag but no episode: it has no topic {missing[0]}')
        found: dict[str, list[Any]] = {topic: [] for topic in _TOPICS}
        for message in bag.messages(_TOPICS):
            found[message.topic].append(message.message)
        stamps_ns = bag.stamps_ns('/odometry')
        offsets = _offsets(bag, counts)
    if not found['/odometry'] or not found['/command'] or not found['/episode']:
        raise InputError(f'{path} is an episode without odometry or without views')
    tally.kinds[_kind(about_from(found['/episode'][0].data, where=str(path)))] += 1
    twists = [odometry.twist.twist for odometry in found['/odometry']]
    speeds = np.array([twist.linear.x for twist in twists])
    rates = np.array([twist.angular.z for twist in twists])
    moving = np.abs(speeds) > _LEAST_SPEED_MPS
    tally.speeds.append(speeds)
    tally.driven.append(rates[moving] / speeds[moving])
    tally.duration_s += float(stamps_ns[-1] - stamps_ns[0]) * 1e-9
    tally.labels_1pm += [action.curvature_1pm for action in found['/labels/action']]
    tally.offsets += offsets
    tally.commands.update(command.command for command in found['/command'])
    tally.sets += len(found['/command'])
    for topic, count in counts.items():
        name = topic.split('/')[1]
        if topic == image_topic(name):
            tally.images[name] += count


def _kind(about: About) -> str:
    return f'{about.driver} in {about.source}{", perturbed" if about.perturbed else ""}'


def _offsets(bag: Bag, counts: dict[str, int]) -> list[float]:
    """Return offsets from the lane centre, by a parabola through its first three points."""
    if not all(counts.get(topic) for topic in _LANES):
        return []
    offsets = []
    for stamp_ns in bag.stamps_ns(_LANES[0])[::_LANE_EVERY].tolist():
        pair = bag.messages(_LANES, start_ns=stamp_ns, stop_ns=stamp_ns + 1)
        borders = [_first_points(message.message) for message in pair]
        if len(borders) == 2:
            x, y = np.mean(borders, axis=0).T
            offsets.append(-float(np.polyval(np.polyfit(x, y, 2), 0.0)))
    return offsets


def _first_points(path: Any) -> list[tuple[float, float]]:
    return [(pose.pose.position.x, pose.pose.position.y) for pose in path.poses[:3]]


def _figure(summary: Summary) -> Figure:
    figure = Figure(figsize=(11.0, 6.8), dpi=110, layout='constrained')
    figure.suptitle(summary.headline, fontsize=11)
    speed, curvature, offset, command, missing, cuts = figure.subplots(2, 3).flat
    speeds = summary.speeds_mps
    edges = np.linspace(min(0.0, speeds.min()), max(1.0, speeds.max()), 41)
    speed.hist(speeds, edges.tolist(), color=_BARS)
    _label(speed, 'speed', 'speed [m/s]', 'samples at 20 Hz')
    _plot_curvatures(curvature, summary)
    _plot_offsets(offset, summary.offsets_m)
    names = [name.name.lower().replace('_', ' ') for name in summary.commands]
    _bars(command, names, [100.0 * n / summary.sets for n in summary.commands.values()], most=90)
    _label(command, 'command', 'sets of views [%]', '')
    _bars(
        missing,
        list(summary.missing),
        [100.0 * share for share in summary.missing.values()],
        most=90,
    )
    _label(missing, 'missing images', 'sets of views [%]', '')
    reasons = _cut_kinds(summary)
    _bars(cuts, list(reasons), list(map(float, reasons.values())), most=4)
    _label(cuts, 'cuts of recordings', 'cuts', '')
    return figure


def _plot_curvatures(axes: Axes, summary: Summary) -> None:
    """Plot with a logarithmic axis, because most of a drive is nearly straight."""
    both = [summary.driven_1pm, summary.label_1pm]
    largest = max((float(np.quantile(np.abs(c), 0.999)) for c in both if len(c)), default=0.0)
    edges = np.linspace(-1.0, 1.0, 62) * max(largest, 1e-3)
    for values, name, color in zip(both, ('driven', 'label'), (_BARS, _LABELS), strict=True):
        if len(values):
            axes.hist(
                np.clip(values, edges[0], edges[-1]),
                edges.tolist(),
                weights=np.full(len(values), 100.0 / len(values)),
                label=name,
                histtype='step',
                log=True,
                color=color,
                lw=1.5,
            )
    if any(map(len, both)):
        axes.legend(fontsize=8)
    _label(axes, 'curvature', 'curvature [1/m], left +', 'share [%]')


def _plot_offsets(axes: Axes, offsets_m: FloatArray) -> None:
    _label(
        axes, 'position in the lane', 'offset from lane centre [m], left +', 'sets, one a second'
    )
    if len(offsets_m):
        axes.hist(offsets_m, bins=40, color=_BARS, log=True)
    else:
        axes.text(0.5, 0.5, 'no lane is known', ha='center', transform=axes.transAxes)


def _bars(axes: Axes, names: Sequence[str], values: Sequence[float], *, most: float) -> None:
    """Plot labelled horizontal bars; the axis extends to `most` at least."""
    bars = axes.barh(names, values, color=_BARS)
    axes.bar_label(bars, fmt='%.3g', padding=2, fontsize=8)
    axes.set_xlim(0.0, 1.2 * max([most, *values]))
    axes.tick_params(axis='y', labelsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.invert_yaxis()
    if not names:
        axes.text(0.5, 0.5, 'none', ha='center', transform=axes.transAxes)
        axes.set_yticks([])


def _label(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(alpha=0.3)


def _cut_kinds(summary: Summary) -> dict[str, int]:
    """Count cuts by reason, with the numbers removed."""
    kinds = Counter(re.sub(r'[-+]?\d+(\.\d+)?', '…', cut.reason) for _, cut in summary.cuts)
    return {
        textwrap.fill(textwrap.shorten(kind, 60), 20): count
        for kind, count in kinds.most_common(8)
    }


_table = partial(markdown_table, aligned=False)


def _markdown(summary: Summary) -> str:
    parts = [
        f'# {summary.headline}',
        '![histograms](summary.png)',
        _quantile_table(summary),
        _table(('episodes', ''), [(kind, str(n)) for kind, n in summary.kinds.items()]),
        _table(
            ('command', 'sets', 'share'),
            [
                (command.name.lower(), str(count), f'{count / summary.sets:.1%}')
                for command, count in summary.commands.items()
            ],
        ),
        _table(
            ('view', 'sets without an image'),
            [(name, f'{share:.1%}') for name, share in summary.missing.items()],
        ),
        f'## Cuts ({len(summary.cuts)})',
        '\n'.join(_cut_lines(summary)),
    ]
    if summary.unreadable:
        parts += ['## Left out', '\n'.join(f'- {reason}' for reason in summary.unreadable)]
    return '\n\n'.join(part for part in parts if part) + '\n'


def _quantile_table(summary: Summary) -> str:
    rows = []
    for name, values, digits in (
        ('speed [m/s]', summary.speeds_mps, 1),
        ('curvature driven [1/m]', summary.driven_1pm, 4),
        ('curvature in labels [1/m]', summary.label_1pm, 4),
        ('offset from lane centre [m]', summary.offsets_m, 2),
    ):
        if len(values):
            marks = np.quantile(values, [0.0, 0.05, 0.5, 0.95, 1.0])
            rows.append((name, *(f'{mark:.{digits}f}' for mark in marks)))
    return _table(('', 'least', '5 %', 'median', '95 %', 'most'), rows)


def _cut_lines(summary: Summary) -> Iterator[str]:
    for name, cut in summary.cuts[:_MOST_CUTS]:
        yield f'- {name} at {cut.at_s:.2f} s: {cut.reason}'
    if len(summary.cuts) > _MOST_CUTS:
        yield f'- and {len(summary.cuts) - _MOST_CUTS} more, in the *{REPORT_SUFFIX} files'
