# SPDX-License-Identifier: Apache-2.0
"""An hour of drives of the whole graph, many of them with a fault: what breaks?

    python -m benchmarks.soak
    python -m benchmarks.soak --minutes 5 --seed 7 --out runs/short

Drive after drive by `./wpt drive`, as everybody runs it: a suite, a scenario and a seed by chance,
and in every second one something that goes wrong. Afterwards the gate's promises are looked up in
the bag. Exit code 1 if one was broken, if there was a traceback, a process died that nobody
killed, or a drive did not come to its end. Whether drives pass is the student's affair, and only
counted. The folder of a drive with such a finding is kept under `--out`; Ctrl-C ends it earlier.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.promises import broken_promises
from wpt_sim.suites import SUITES

__all__ = ['Driven', 'Wish', 'drawn', 'main', 'table']

FAULTS = (
    'planner=kill@{at}',
    'planner=hang@{at}+2s',
    'controller=kill@{at}',
    'gate=kill@{at}',
    'gate=hang@{at}+1s',
    'visualizer=kill@{at}',
    'cameras=dead@{at}',
    'camera:front=dead@{at}',
    'camera:front=freeze@{at}',
    'camera:back_left=dead@{at}',
    'camera:front=garbage@{at}+2s',
    'camera:front_left=garbage@{at}+2s',
    'odometry=dead@{at}',
    'odometry=zero@{at}',
    'odometry=freeze@{at}',
    'odometry=scale@{at}',
    'odometry=second@{at}',
    'clock=stop@{at}',
    'clock=jump@{at}',
    'commands=flood@{at}+1s',
    'commands=impostor@{at}',
)
MOST_S = 900.0
"""A drive that takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A drive to come."""

    suite: str
    scenario: str
    seed: int
    faults: str
    """Empty: nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class Driven:
    """What came of it."""

    wish: Wish
    result: dict[str, Any]
    """As in `result.json`; empty if there is none."""
    findings: tuple[str, ...]
    """What must not be."""


def drawn(seed: int) -> Iterator[Wish]:
    """Drives without end; every second one with a fault, the faults in turn."""
    chance = random.Random(seed)
    number = 0
    while True:
        suite = chance.choice(SUITES)
        fault = FAULTS[number // 2 % len(FAULTS)] if number % 2 else ''
        yield Wish(
            suite.name,
            chance.choice(suite.scenarios).name,
            chance.randrange(1_000_000),
            fault.format(at=f'{chance.uniform(1.0, 10.0):.1f}s'),
        )
        number += 1


def table(drives: Sequence[Driven]) -> str:
    """What the hour came to."""
    sound = [drive for drive in drives if not drive.wish.faults]
    handed = [drive for drive in sound if drive.result.get('gate_interventions')]
    passed = sum(bool(drive.result.get('passed')) for drive in sound)
    answers = [drive.result.get('pictures_to_command_wall_ms') or {} for drive in drives]
    slow = [found['p99'] for found in answers if 'p99' in found]
    lines = [
        f'drives                        {len(drives)}, {len(drives) - len(sound)} with a fault',
        f'driven                        {_total(drives, "distance_m") / 1e3:.1f} km '
        f'in {_total(drives, "seconds") / 60:.1f} min of their own time',
        f'passed, without a fault       {passed} of {len(sound)}',
        f'interventions without a fault {len(handed)} drives',
        f'pictures to command, 99 %     {max(slow, default=0.0):.0f} ms in the slowest drive',
        f'findings                      {sum(len(drive.findings) for drive in drives)}',
    ]
    for drive in (*handed, *(drive for drive in drives if drive.findings)):
        wish = drive.wish
        what = '; '.join(drive.findings or drive.result['gate_interventions'])
        lines.append(f'  {wish.suite}/{wish.scenario}, seed {wish.seed} {wish.faults}: {what}')
    return '\n'.join(lines)


def _total(drives: Sequence[Driven], name: str) -> float:
    return float(sum(drive.result.get(name, 0.0) for drive in drives))


def main(words: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(words)
    drives: list[Driven] = []
    ends_s = time.monotonic() + 60.0 * asked.minutes
    with (
        suppress(KeyboardInterrupt),
        tqdm(total=round(asked.minutes), unit='min', disable=None) as bar,
    ):
        for wish in drawn(asked.seed):
            drives.append(_driven(wish, asked.out / f'{len(drives):04}'))
            left = max(ends_s - time.monotonic(), 0.0) / 60.0
            bar.update(round(asked.minutes - left) - bar.n)
            bar.set_postfix(drives=len(drives), findings=sum(len(d.findings) for d in drives))
            if not left:
                break
    print(table(drives))
    return 1 if any(drive.findings for drive in drives) else 0


def _driven(wish: Wish, runs: Path) -> Driven:
    command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--out', str(runs)]
    command += ['--suite', wish.suite, '--scenario', wish.scenario, '--seed', str(wish.seed)]
    command += ['--faults', wish.faults] if wish.faults else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired:
        return Driven(wish, {}, (f'no end within {MOST_S:g} s',))
    files = list(runs.glob('drive/*/result.json'))
    if not files:
        return Driven(wish, {}, (f'no result: {(done.stderr.strip() or "silence")[-200:]}',))
    result, folder = json.loads(files[0].read_text()), files[0].parent
    logs = [file.read_text(errors='replace') for file in folder.glob('logs/*.log')]
    findings = [*_findings(wish, result, [done.stderr, *logs]), *broken_promises(folder / 'bag')]
    if not findings:
        shutil.rmtree(runs)
    return Driven(wish, result, tuple(findings))


def _findings(wish: Wish, result: dict[str, Any], said: Sequence[str]) -> Iterator[str]:
    tracebacks = sum('Traceback' in text for text in said)
    if tracebacks:
        yield f'{tracebacks} processes with a traceback'
    killed = wish.faults.partition('=kill')[0] if '=kill' in wish.faults else None
    for death in result['deaths']:
        if killed is None or not death.startswith(f'{killed} '):
            yield death
    if result['ended'] != 'the end of the scenario':
        yield result['ended']


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--minutes', type=float, default=60.0, help='(default 60)')
    parser.add_argument('--seed', type=int, default=0, help='draws the drives (default 0)')
    parser.add_argument('--out', type=Path, default=Path('runs/soak'), help='(default runs/soak)')
    return parser


if __name__ == '__main__':
    sys.exit(main())
