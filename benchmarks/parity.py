# SPDX-License-Identifier: Apache-2.0
"""Does the graph, every byte over topics, drive a suite as the same student does in one process?

    python -m benchmarks.parity
    python -m benchmarks.parity --scenarios bend_200_left bend_320_right --seed 1001

Each scenario is driven twice: by `./wpt drive` (six processes over DDS, in lockstep) and by the
student and the controller in this process. Exit code 1 when the passes differ by more than one
scenario, which is what rounding and the order of messages may do to a drive on the edge.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.model.artifact import load_artifact
from wpt_core.model.runtime import best_backend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig
from wpt_sim.suites import find_scenario, find_suite, run_scenario

__all__ = ['Pair', 'main', 'table']

_MODEL = Path('models/student')
_MOST_APART = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """One scenario, driven both ways."""

    scenario: str
    over_topics: bool
    alone: bool
    interventions: int
    """Of the gate, over topics."""


def main(words: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(words)
    names = asked.scenarios or [scenario.name for scenario in find_suite(asked.suite).scenarios]
    pairs = []
    for name in tqdm(names, disable=None, unit='scenario'):
        told = _over_topics(asked.suite, name, asked.seed, asked.model)
        alone = _alone(asked.suite, name, asked.seed, asked.model)
        pairs.append(Pair(name, bool(told['passed']), alone, len(told['gate_interventions'])))
    print(table(pairs))
    apart = abs(sum(pair.over_topics for pair in pairs) - sum(pair.alone for pair in pairs))
    return 0 if apart <= _MOST_APART else 1


def table(pairs: Sequence[Pair]) -> str:
    """What differs, and the passes both ways."""
    lines = [
        f'{pair.scenario}: {_word(pair.over_topics)} over topics, {_word(pair.alone)} alone'
        for pair in pairs
        if pair.over_topics != pair.alone
    ]
    over, alone = sum(p.over_topics for p in pairs), sum(p.alone for p in pairs)
    lines.append(f'passed over topics {over}, in one process {alone}, of {len(pairs)}')
    lines.append(f'interventions of the gate: {sum(pair.interventions for pair in pairs)}')
    return '\n'.join(lines)


def _word(passed: bool) -> str:
    return 'passed' if passed else 'failed'


def _over_topics(suite: str, scenario: str, seed: int, model: Path) -> dict[str, list[str]]:
    with TemporaryDirectory() as runs:
        command = [sys.executable, '-m', 'wpt_ros.cli', 'drive', '--no-record', '--out', runs]
        command += ['--suite', suite, '--scenario', scenario, '--seed', str(seed)]
        command += ['--model', str(model.resolve())]
        subprocess.run(command, capture_output=True, check=False)
        (result,) = Path(runs).glob('drive/*/result.json')
        found: dict[str, list[str]] = json.loads(result.read_text())
        return found


def _alone(suite: str, scenario: str, seed: int, model: Path) -> bool:
    artifact, rig = load_artifact(model), surround_rig()
    backend = best_backend(artifact.student, threads=1)

    def planner() -> Planner:
        return Planner.of(artifact, backend, rig)

    chosen = find_scenario(find_suite(suite), scenario)
    return run_scenario(chosen, student_kind('student', planner), seed, rig=rig).passed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--suite', default='lane_centre', help='(default lane_centre)')
    parser.add_argument('--scenarios', nargs='+', metavar='NAME', help='(default: all)')
    parser.add_argument('--seed', type=int, default=1000, help='(default 1000)')
    parser.add_argument('--model', type=Path, default=_MODEL, help=f'(default {_MODEL})')
    return parser


if __name__ == '__main__':
    sys.exit(main())
