# SPDX-License-Identifier: Apache-2.0
"""How fast is the proving ground, how much memory does it take, and is that faster than MetaDrive?

A world with traffic is driven by the expert, and six cameras of 256 x 128 px take a picture each
step. Every case has a fresh process on one core. Where MetaDrive is installed and there is a
display, it takes turns with us. docs/benchmarks.md says what exactly is compared.
"""

import argparse
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from benchmarks.metadrive_camera import MetaDriveCamera, Settings, why_not
from benchmarks.one_core import OneCore, stay_on_one_core
from benchmarks.our_world import CASES, Case, OurWorld
from benchmarks.rates import Run, ratios, spread
from benchmarks.words import count, processor

__all__ = ['main', 'parse', 'report_case', 'report_ratio']

LEAST_RATIO = 50.0
MOST_MB = 300.0
CAMERAS = 6
STEP_S = 0.05
THEIR_FRAMES = 5
"""MetaDrive's frames a turn; they take as long as dozens of ours."""
_EXAMPLES = """
examples:
  python -m benchmarks.world                     all cases; about five minutes
  python -m benchmarks.world --sets 20 --runs 3 --cases city-day-clear
  xvfb-run -a python -m benchmarks.world         with MetaDrive, where it is installed
"""
_HEAD = f'{"case":28}{"sets/s":>24}{"by the wall clock":>24}{"peak MB":>9}'


def main(words: Sequence[str] | None = None) -> None:
    arguments = parse(words)
    stay_on_one_core()
    print(f'{processor()}, one core; load average {os.getloadavg()[0]:.1f} at the start')
    print(f'median (least to most) of {arguments.runs} runs of {arguments.sets} sets of pictures')
    reason = why_not()
    with ExitStack() as stack:
        theirs = {
            settings: stack.enter_context(OneCore(partial(MetaDriveCamera, settings)))
            for settings in (() if reason else Settings)
        }
        about = {settings: other.about() for settings, other in theirs.items()}
        print(_HEAD)
        ours: list[Run] = []
        others: dict[Settings, list[Run]] = {settings: [] for settings in theirs}
        for case in arguments.cases:
            ours += _take_turns(case, arguments, theirs=theirs, others=others)
    driven_s = arguments.sets * arguments.runs * STEP_S
    most_mb = max(run.peak_mb for run in ours)
    print(report_case('all', ours))
    print(
        f'one running world, after {driven_s:.0f} s of drive: at most {most_mb:.0f} MB '
        f'(target: at most {MOST_MB:.0f})'
    )
    for settings, runs in others.items():
        print(f'\nMetaDrive, {settings.value} settings: one camera, {about[settings]}')
        print('\n'.join(report_ratio(ours, runs)))
    if reason:
        print(f'\n{reason}')


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    by_name = {case.name: case for case in CASES}
    parser = argparse.ArgumentParser(
        prog='python -m benchmarks.world',
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--sets', type=count, default=80, help='sets of six a run (80)')
    parser.add_argument('--runs', type=count, default=5, help='runs of each case (5)')
    parser.add_argument(
        '--cases',
        nargs='+',
        choices=by_name,
        default=list(by_name),
        metavar='CASE',
        help=f'some of: {", ".join(by_name)} (all)',
    )
    arguments = parser.parse_args(words)
    arguments.cases = [by_name[name] for name in arguments.cases]
    return arguments


def report_case(name: str, runs: Sequence[Run]) -> str:
    """Sets of six pictures per second of processor time, and by the clock on the wall."""
    rate = spread([run.frames_per_s / CAMERAS for run in runs])
    wall = spread([run.frames_per_wall_s / CAMERAS for run in runs])
    peak_mb = max(run.peak_mb for run in runs)
    return f'{name:28}{rate!s:>24}{wall!s:>24}{peak_mb:9.0f}'


def report_ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> list[str]:
    rate = spread([run.frames_per_s for run in ours])
    their_rate = spread([run.frames_per_s for run in theirs])
    ratio = spread(ratios(ours, theirs))
    verdict = 'reached' if ratio.median >= LEAST_RATIO else 'missed'
    return [
        f'  camera frames per second of processor time: ours {rate}, its {their_rate}',
        f'  ratio {ratio} (target: at least {LEAST_RATIO:.0f}; {verdict}), '
        f'its memory {max(run.peak_mb for run in theirs):.0f} MB',
    ]


def _take_turns(
    case: Case,
    arguments: argparse.Namespace,
    *,
    theirs: dict[Settings, OneCore],
    others: dict[Settings, list[Run]],
) -> list[Run]:
    """Our runs of one case; those of the others between them are added to `others`."""
    ours = []
    make = partial(OurWorld, case, steps=arguments.sets * arguments.runs)
    with OneCore(make) as world:
        about = world.about()
        for _ in range(arguments.runs):
            ours.append(world.run(arguments.sets))
            for settings, other in theirs.items():
                others[settings].append(other.run(THEIR_FRAMES))
    print(f'{report_case(case.name, ours)}   {about}', flush=True)
    return ours


if __name__ == '__main__':
    main()
