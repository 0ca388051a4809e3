# SPDX-License-Identifier: Apache-2.0
"""Do the tests of the safety room notice when its code is wrong? `./wpt mutate`

    python -m benchmarks.mutation

mutmut changes one thing after another in a copy of `wpt_core/safety` (a < to a <=, a number, an
argument) and runs `test/core/safety` on each; then come changes that it does not make: a condition
narrowed to some states, a bound removed, a row of the table cut (`benchmarks/gate_mutants.py`). A
change that no test notices has survived. The score is the share that was noticed. Exit code 1 when
it is below `--least`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.gate_mutants import mutants

__all__ = ['main', 'score']

ROOT = Path(__file__).resolve().parents[1]
_NOTICED = ('killed', 'timeout', 'segfault', 'suspicious')
_LEAST = 0.9
_TESTS = [
    *(sys.executable, '-m', 'pytest', '-x', '-q', '-p', 'no:cacheprovider'),
    *(
        '-m',
        'not slow',
        '--deselect',
        'test/core/safety/test_random_drives.py',
        'test/core/safety',
    ),
]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog='wpt mutate',
        description=(__doc__ or '').partition('`')[0].strip(),
        epilog='example: wpt mutate --least 0.95',
    )
    parser.add_argument(
        '--least', type=float, default=_LEAST, help=f'the score that passes (default {_LEAST})'
    )
    parser.add_argument(
        '--out', type=Path, default=Path('out/mutate'), help='where survivors.diff goes'
    )
    parser.add_argument(
        '--only', choices=('mutmut', 'gate'), help='one of the two kinds of change (default both)'
    )
    asked = parser.parse_args(words)
    place = ROOT / '.wpt' / 'mutate'
    _copy(place)
    found = []
    if asked.only != 'gate':
        found.append(_general(place))
    if asked.only != 'mutmut':
        found.append(_of_gate(place))
    noticed, made = (sum(one[k] for one in found) for k in (0, 1))
    asked.out.mkdir(parents=True, exist_ok=True)
    survivors = asked.out / 'survivors.diff'
    survivors.write_text('\n'.join(one[2] for one in found))
    print(f'{noticed} of {made} changes noticed: {100 * noticed / made:.1f} %')
    print(f'those that no test noticed: {survivors}')
    return 0 if noticed >= asked.least * made else 1


def _general(place: Path) -> tuple[int, int, str]:
    """Changes by mutmut: noticed, made, and the survivors in words."""
    done = subprocess.run(_mutmut('run'), cwd=place, env=_alone(), check=False)
    if done.returncode:
        sys.exit('wpt mutate: mutmut did not finish; its output is above')
    subprocess.run(
        _mutmut('export-cicd-stats'), cwd=place, env=_alone(), check=True, capture_output=True
    )
    counts = json.loads((place / 'mutants' / 'mutmut-cicd-stats.json').read_text())
    return (*score(counts), _survivors(place))


def _of_gate(place: Path) -> tuple[int, int, str]:
    """Conditions narrowed, bounds removed, rows cut; see benchmarks.gate_mutants."""
    made = [
        (file, mutant)
        for file in sorted((place / 'wpt_core' / 'safety').glob('*.py'))
        for mutant in mutants(file.read_text())
    ]
    survived = []
    for file, mutant in tqdm(made, desc='changes of the gate', disable=None):
        original = file.read_text()
        file.write_text(mutant.source)
        noticed = subprocess.run(_TESTS, cwd=place, env=_alone(), capture_output=True).returncode
        file.write_text(original)
        if not noticed:
            survived.append(f'{file.name}, {mutant.what}')
    return len(made) - len(survived), len(made), '\n'.join(survived)


def score(counts: dict[str, int]) -> tuple[int, int]:
    """How many changes were noticed, and how many were made."""
    noticed = sum(counts.get(name, 0) for name in _NOTICED)
    return noticed, noticed + counts.get('survived', 0) + counts.get('no_tests', 0)


def _copy(place: Path) -> None:
    """The tracked files, so that nothing is changed where people work."""
    shutil.rmtree(place, ignore_errors=True)
    listed = subprocess.run(
        ['git', 'ls-files', '-z'], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split('\0')):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)


def _mutmut(*words: str) -> list[str]:
    return [sys.executable, '-m', 'mutmut', *words]


def _alone() -> dict[str, str]:
    """The environment without the checkout: the copy must be imported."""
    parts = os.environ.get('PYTHONPATH', '').split(os.pathsep)
    kept = [part for part in parts if part and Path(part).resolve() != ROOT]
    return {**os.environ, 'PYTHONPATH': os.pathsep.join(kept), 'CI': '1'}


def _survivors(place: Path) -> str:
    """What each change was that nobody noticed."""
    listed = subprocess.run(
        _mutmut('results'), cwd=place, env=_alone(), check=True, capture_output=True, text=True
    )
    names = [line.partition(':')[0].strip() for line in listed.stdout.splitlines() if ':' in line]
    diffs = []
    for name in names:
        shown = subprocess.run(
            _mutmut('show', name),
            cwd=place,
            env=_alone(),
            capture_output=True,
            text=True,
            check=False,
        )
        diffs.append(f'{name}\n{shown.stdout}')
    return '\n'.join(diffs)


if __name__ == '__main__':
    sys.exit(main())
