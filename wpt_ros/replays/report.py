# SPDX-License-Identifier: Apache-2.0
"""Report of a replay: figures for result.json, and report.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wpt_core.files import markdown_table
from wpt_ros.replays.comparison import Agreement, PlanSample, agreements
from wpt_ros.replays.run import ReplayedBag

__all__ = ['ReplaySettings', 'figures_of', 'report']

_PERCENTILES = (50, 95, 99)
_MOST_NOTICES = 20
_LOST_SHARE = 0.05
"""Above this share of missed images the report suggests a lower rate."""


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """Model, speed and conversion of a replay."""

    model: str
    """Folder of the student."""
    rate: float
    conversion: tuple[str, ...] = ()
    """Output of the conversion of a recording with other names."""


def figures_of(
    played: Sequence[ReplayedBag], samples: Sequence[PlanSample], settings: ReplaySettings
) -> dict[str, Any]:
    """Return the content of `result.json`: over all recordings, and one row for each."""
    latencies_s = [latency_s for one in played for latency_s in one.received.latencies_s]
    answers_s = [answer_s for one in played for _, answer_s in one.received.answers_s]
    plans = sum(len(one.received.plans) for one in played)
    used: dict[str, int] = {}
    notices: dict[str, int] = {}
    for one in played:
        for camera, count in one.received.cameras.items():
            used[camera] = used.get(camera, 0) + count
        for text, count in one.received.notices.items():
            notices[text] = notices.get(text, 0) + count
    return {
        'model': settings.model,
        'rate': settings.rate,
        'conversion': list(settings.conversion),
        'recordings': [_recording(one) for one in played],
        'plans': plans,
        'anchor_pictures': sum(len(one.source.anchors_ns) for one in played),
        'anchor_pictures_not_planned_on': sum(map(_not_planned_on, played)),
        'dropped': sum(one.received.dropped for one in played),
        'agreement': {name: _agreement(row) for name, row in agreements(samples).items()},
        'pictures_to_plan_wall_ms': _percentiles(answers_s),
        'status_latency_ms': _percentiles(latencies_s),
        'cameras_used_percent': {
            name: round(100.0 * count / max(1, len(latencies_s)), 1)
            for name, count in used.items()
        },
        'notices': notices,
        'deaths': [death for one in played for death in one.received.deaths],
    }


def _recording(one: ReplayedBag) -> dict[str, Any]:
    return {
        'name': one.source.name,
        'bag': str(one.source.bag),
        'seconds': round(one.source.seconds, 2),
        'anchor': one.source.camera.name,
        'anchor_pictures': len(one.source.anchors_ns),
        'not_planned_on': _not_planned_on(one),
        'plans': len(one.received.plans),
        'damage': list(one.source.notices),
    }


def _not_planned_on(one: ReplayedBag) -> int:
    return len(
        set(one.source.anchors_ns) - {published.stamp_ns for published in one.received.plans}
    )


def _agreement(row: Agreement) -> dict[str, Any]:
    return {
        'moments': row.samples,
        'horizons_s': list(row.displacement.horizons_s),
        'l2_at_m': [round(value, 4) for value in row.displacement.at],
        'l2_mean_up_to_m': [round(value, 4) for value in row.displacement.mean_up_to],
        'mae_m': round(row.mae_m, 4),
    }


def _percentiles(values_s: Sequence[float]) -> dict[str, float]:
    if not values_s:
        return {}
    found = np.percentile(1e3 * np.array(values_s), _PERCENTILES)
    return {f'p{p}': round(float(v), 1) for p, v in zip(_PERCENTILES, found, strict=True)}


def report(figures: Mapping[str, Any], *, pictures: Sequence[str], videos: Sequence[str]) -> str:
    """Return `report.md`; `pictures` and `videos` are names of files in its folder."""
    names = ', '.join(one['name'] for one in figures['recordings'])
    lines = [
        f'# Replay of {names}',
        '',
        f'Student: `{figures["model"]}`. ReplayedBag at {figures["rate"]:g} times real time.',
        '',
        *_apart(figures),
        *_pace(figures),
        *_remarks(figures),
        '## Pictures',
        '',
        'The ribbon is the plan, the pink line is the path that was driven.',
        '',
        *(f'![{name}]({name})\n' for name in pictures),
        *(f'Video: [{name}]({name})\n' for name in videos),
    ]
    return '\n'.join(lines).rstrip() + '\n'


def _apart(figures: Mapping[str, Any]) -> Iterator[str]:
    yield '## Plan against the path driven'
    yield ''
    rows = figures['agreement']
    if not rows:
        yield 'No plan has a second of recorded future: nothing to compare.\n'
        return
    horizons = [f'{horizon_s:g} s' for horizon_s in rows['all']['horizons_s']]
    heads = [
        'command',
        'plans',
        *(f'L2 at {horizon}' for horizon in horizons),
        *(f'L2 mean up to {horizon}' for horizon in horizons),
        'MAE',
    ]
    yield markdown_table(
        heads,
        [
            (
                name,
                str(row['moments']),
                *(f'{v:.2f} m' for v in (*row['l2_at_m'], *row['l2_mean_up_to_m'])),
                f'{row["mae_m"]:.2f} m',
            )
            for name, row in rows.items()
        ],
        aligned=False,
    )
    yield ''
    yield (
        'L2 is the distance between the likeliest hypothesis and the driven place at the same '
        'time; both conventions of the literature are given, and only like compares with like. '
        'MAE is the mean of |x| and |y| of the same differences, every 0.5 s to '
        f'{horizons[-1]}. Only plans whose recorded future is that long count.'
    )
    yield ''
    yield (
        '**These figures say little about driving.** The recorded car never follows the plan, so '
        'errors neither add up nor are corrected; drive the student (`./wpt drive`, '
        '`./wpt evaluate`) to judge it.'
    )
    yield ''


def _pace(figures: Mapping[str, Any]) -> Iterator[str]:
    yield '## Did the planner keep up?'
    yield ''
    rows = [
        (
            one['name'],
            f'{one["seconds"]:g} s',
            str(one['plans']),
            f'{one["not_planned_on"]} of {one["anchor_pictures"]} ({one["anchor"]})',
        )
        for one in figures['recordings']
    ]
    heads = ('recording', 'length', 'plans', 'anchor pictures not planned on')
    yield markdown_table(heads, rows, aligned=False)
    yield ''
    wall, status = (
        ', '.join(f'{name} {value:g} ms' for name, value in figures[key].items()) or 'no figure'
        for key in ('pictures_to_plan_wall_ms', 'status_latency_ms')
    )
    yield f'From the time of the pictures to their plan, on the wall clock: {wall}.'
    yield (
        f'The same as the planner states it: {status}; that is on the clock of the recording, '
        'which ticks every 10 ms and which the planner does not see move while it thinks.'
    )
    yield (
        f'The planner let {figures["dropped"]} pictures of the anchor go for newer ones; others '
        'may have been replaced before it took them.'
    )
    lost, pictures = figures['anchor_pictures_not_planned_on'], figures['anchor_pictures']
    if lost > _LOST_SHARE * pictures:
        yield (
            f'**{lost} of {pictures} pictures of the anchor were not planned on:** this machine '
            f'did not keep up. Play slower: --rate {0.5 * figures["rate"]:g}.'
        )
    used = ', '.join(f'{n} {share:g} %' for n, share in figures['cameras_used_percent'].items())
    yield f'Cameras, by the share of plans that used them: {used or "none"}.'
    yield ''


def _remarks(figures: Mapping[str, Any]) -> Iterator[str]:
    damage = [f'{one["name"]}: {text}' for one in figures['recordings'] for text in one['damage']]
    notices = [f'{text} ({count} times)' for text, count in figures['notices'].items()]
    more = len(notices) - _MOST_NOTICES
    found = [*figures['conversion'], *damage, *figures['deaths'], *notices[:_MOST_NOTICES]]
    yield '## Notices'
    yield ''
    yield from (f'- {text}' for text in found or ['Nothing.'])
    if more > 0:
        yield f'- and {more} more; see result.json'
    yield ''
