# SPDX-License-Identifier: Apache-2.0
"""Result of a drive: figures, verdict, files."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wpt_core.files import write_atomic
from wpt_core.safety import GateState
from wpt_core.types import Rig
from wpt_ros.drives.monitor import SILENT, DriveStats
from wpt_ros.drives.overlay_film import overlay_film

__all__ = ['DriveResult', 'EndReason', 'write_result']

_PERCENTILES = (50, 95, 99)
_MOST_LINES = 5
_ENGAGED = GateState.ENGAGED.name
_INTERVENTIONS = ('DEGRADED', 'FAULT', 'DISENGAGED')


@dataclass(frozen=True, slots=True)
class EndReason:
    """Reason why a drive ended."""

    text: str
    requested: bool = False
    """The option --seconds ended it."""


@dataclass(frozen=True, slots=True)
class DriveResult:
    """Verdict of a drive, and the lines to print."""

    good: bool
    """It passed, or --seconds ended it before the driver had to take over."""
    lines: tuple[str, ...]


def write_result(
    stats: DriveStats,
    folder: Path,
    *,
    ended: EndReason,
    deaths: Sequence[str],
    bag: Path | None,
    rig: Rig,
) -> DriveResult:
    """Write `result.json` and the video; return the verdict and a text summary."""
    figures = _figures(stats, ended, deaths)
    files = [f'logs and result.json: {folder}']
    if bag is not None:
        files.append(f'bag: {bag}')
    if bag is not None and stats.answers_s:
        files.append(f'video: {overlay_film(bag, folder / "drive.mp4", rig)}')
    write_atomic(folder / 'result.json', json.dumps(figures, indent=2) + '\n')
    good = bool(figures['passed'] or figures['cut_short_as_requested'])
    return DriveResult(good, (*_lines(figures), *files))


def _figures(stats: DriveStats, ended: EndReason, deaths: Sequence[str]) -> dict[str, object]:
    progress = stats.progress
    cut_short = ended.requested and not _taken_over(stats)
    return {
        'passed': bool(progress is not None and progress.done and progress.passed),
        'cut_short_as_requested': cut_short,
        'scenario': progress.scenario if progress is not None else '',
        'seed': progress.seed if progress is not None else 0,
        'ended': ended.text,
        'verdict': progress.verdict if progress is not None else 'nothing was driven',
        'seconds': stats.drive_s,
        'distance_m': float(progress.distance_m) if progress is not None else 0.0,
        'began_outside_the_lane': stats.began_outside,
        'lane_departures': stats.departures,
        'gate_interventions': _when(stats, _INTERVENTIONS),
        'gate_silences': _when(stats, (SILENT,)),
        'last_state': stats.state,
        'alerts': [f'{code}: {text}' for _, code, text in stats.alerts],
        'deaths': list(deaths),
        'planner': stats.planner_notices,
        'pictures_to_command_wall_ms': _percentiles(stats.answers_s),
        'plan_age_ms': _percentiles(stats.plan_ages_s),
    }


def _when(stats: DriveStats, states: Collection[str]) -> list[str]:
    return [f'{at_s:.2f} s: {state}' for at_s, state in _since_engaged(stats) if state in states]


def _since_engaged(stats: DriveStats) -> list[tuple[float, str]]:
    """Return the state changes after the car first steered; all if it never did."""
    names = [state for _, state in stats.states]
    first = names.index(_ENGAGED) if _ENGAGED in names else 0
    return stats.states[first:]


def _taken_over(stats: DriveStats) -> bool:
    """Return whether the driver had to take over after the car first steered.

    A gate that was silent and then continues was delayed by the load of this machine.
    """
    after = [state for _, state in _since_engaged(stats)]
    steered = (_ENGAGED, 'DEGRADED', SILENT)
    return stats.taken_over or after[-1:] == [SILENT] or any(one not in steered for one in after)


def _percentiles(values_s: Sequence[float]) -> dict[str, float]:
    if not values_s:
        return {}
    found = np.percentile(1e3 * np.array(values_s), _PERCENTILES)
    return {f'p{p}': round(float(v), 1) for p, v in zip(_PERCENTILES, found, strict=True)}


def _lines(figures: dict[str, object]) -> list[str]:
    def spread(name: str) -> str:
        found = figures[name]
        return (
            '  '.join(f'{k} {v} ms' for k, v in found.items()) if isinstance(found, dict) else ''
        )

    lines = [
        '',
        f'{_headline(figures)}: {figures["scenario"]}, seed '
        f'{figures["seed"]}: {figures["verdict"] or figures["ended"]}',
        f'driven             {figures["distance_m"]:.0f} m in {figures["seconds"]:.1f} s; '
        f'{figures["ended"]}',
        f'lane departures    {figures["lane_departures"]}'
        + (', after a start outside the lane' if figures['began_outside_the_lane'] else ''),
    ]
    for name, title in (
        ('gate_interventions', 'gate interventions'),
        ('gate_silences', 'gate silences'),
        ('alerts', 'alerts'),
        ('deaths', 'processes'),
        ('planner', 'planner'),
    ):
        found = figures[name]
        assert isinstance(found, list)
        lines += _listed(title, found)
    lines.append(f'pictures to command, wall clock   {spread("pictures_to_command_wall_ms")}')
    lines.append(f'age of the plan obeyed            {spread("plan_age_ms")}')
    return lines


def _headline(figures: dict[str, object]) -> str:
    if figures['passed']:
        return 'passed'
    return 'cut short, not judged' if figures['cut_short_as_requested'] else 'NOT passed'


def _listed(title: str, found: Sequence[str]) -> list[str]:
    """Return one line for each entry, at most 5; result.json holds all."""
    shown = list(found[:_MOST_LINES]) or ['none']
    if len(found) > _MOST_LINES:
        shown.append(f'and {len(found) - _MOST_LINES} more, in result.json')
    heads = [title, *[''] * (len(shown) - 1)]
    return [f'{head:18} {text}' for head, text in zip(heads, shown, strict=True)]
