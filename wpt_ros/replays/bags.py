# SPDX-License-Identifier: Apache-2.0
"""The recordings to replay: the newest drive, a named bag, or the episodes converted from it."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from wpt_core.types import InputError

__all__ = ['Converted', 'converted', 'named_bag', 'newest_drive']

_CHECKOUT = Path(__file__).resolve().parents[2]
_BAG = 'bag'


@dataclass(frozen=True, slots=True)
class Converted:
    """Episodes that `wpt prepare` has converted from a recording."""

    episodes: tuple[Path, ...]
    output: tuple[str, ...]
    """Its output lines."""


def newest_drive(runs: Path) -> Path:
    """Return the newest recording of `wpt drive`; raise InputError if there is none."""
    found = [*runs.glob(f'drive/*/{_BAG}'), *runs.glob(f'drive/*/*/{_BAG}')]
    if not found:
        raise InputError(
            f'no recording of a drive in {runs / "drive"}; name a BAG, or run ./wpt drive first'
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def named_bag(path: Path) -> Path:
    """Return the bag of a drive folder, or the path itself."""
    return path / _BAG if (path / _BAG).is_dir() else path


def converted(bag: Path, mapping: Path, out: Path, *, checkout: Path = _CHECKOUT) -> Converted:
    """Convert a recording with other names to episodes; raise InputError if there are none."""
    if not (checkout / 'training' / 'cli').is_dir():
        raise InputError(
            f'--mapping needs the package training, which is in a checkout and not in {checkout}; '
            'convert the recording there: ./wpt prepare --bag BAG --mapping FILE --out DIR'
        )
    words = [sys.executable, '-m', 'training.cli', 'prepare', '--bag', str(bag.resolve())]
    words += ['--mapping', str(mapping.resolve()), '--out', str(out.resolve())]
    done = subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f'prepare ended with {done.returncode}']
        raise InputError(lines[-1].removeprefix('wpt: '))
    episodes = tuple(sorted(path.parent for path in out.glob('*/metadata.yaml')))
    if not episodes:
        raise InputError(f'{bag}: prepare wrote no episode; see {out}')
    return Converted(
        episodes, tuple(line.strip() for line in done.stdout.splitlines() if line.strip())
    )
