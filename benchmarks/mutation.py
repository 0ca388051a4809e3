# SPDX-License-Identifier: Apache-2.0
"""Do the tests of the safety room notice when its code is wrong? `./wpt mutate`

    python -m benchmarks.mutation

mutmut changes one thing after another in a copy of `wpt_core/safety` (a < to a <=, a number, an
argument) and runs `test/core/safety` on each; a change that no test notices has survived. The
score is the share that was noticed. Exit code 1 when it is below `--least`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ['main', 'score']

ROOT = Path(__file__).resolve().parents[1]
_NOTICED = ('killed', 'timeout', 'segfault', 'suspicious')
_LEAST = 0.9


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
    asked = parser.parse_args(words)
    place = ROOT / '.wpt' / 'mutate'
    _copy(place)
    done = subprocess.run(_mutmut('run'), cwd=place, env=_alone(), check=False)
    if done.returncode:
        print('wpt mutate: mutmut did not finish; what it says stands above', file=sys.stderr)
        return 2
    subprocess.run(
        _mutmut('export-cicd-stats'), cwd=place, env=_alone(), check=True, capture_output=True
    )
    counts = json.loads((place / 'mutants' / 'mutmut-cicd-stats.json').read_text())
    noticed, made = score(counts)
    asked.out.mkdir(parents=True, exist_ok=True)
    survivors = asked.out / 'survivors.diff'
    survivors.write_text(_survivors(place))
    print(f'{noticed} of {made} changes noticed: {100 * noticed / made:.1f} %')
    print(f'{counts["timeout"]} of them because the tests did not end; the rest is in {survivors}')
    return 0 if noticed >= asked.least * made else 1


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
