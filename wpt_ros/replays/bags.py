# SPDX-License-Identifier: Apache-2.0
"""Which recordings are replayed: the newest drive, the one that was named, or its episodes."""

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
    """What `wpt prepare` has made of a recording."""

    episodes: tuple[Path, ...]
    output: tuple[str, ...]
    """In its own words."""


def newest_drive(runs: Path) -> Path:
    """The recording of the newest drive of `wpt drive`; InputError if there is none."""
    found = [*runs.glob(f'drive/*/{_BAG}'), *runs.glob(f'drive/*/*/{_BAG}')]
    if not found:
        raise InputError(
            f'no recording of a drive in {runs / "drive"}; name a BAG, or run ./wpt drive first'
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def named_bag(path: Path) -> Path:
    """A recording, or the one in the folder of a drive."""
    return path / _BAG if (path / _BAG).is_dir() else path


def converted(bag: Path, mapping: Path, out: Path, *, checkout: Path = _CHECKOUT) -> Converted:
    """Episodes of a recording with other names; InputError, in one sentence, if it gives none."""
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
        raise InputError(f'{bag}: prepare has made no episode of it; see {out}')
    return Converted(
        episodes, tuple(line.strip() for line in done.stdout.splitlines() if line.strip())
    )
