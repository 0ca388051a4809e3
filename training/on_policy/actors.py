# SPDX-License-Identifier: Apache-2.0
"""Who drives in on-policy training: workers that take an artifact and leave episodes.

The learner and the actors share nothing but folders: an artifact with the newest weights goes
in, episode bags come out. So other machines can take the place of processes here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from training.engine.pool import work

__all__ = ['Actors', 'Drive', 'ProcessActors', 'Simulator']


@dataclass(frozen=True, slots=True)
class Drive:
    """One drive that an actor is to make."""

    artifact: Path
    """The newest student, read at the start of the drive."""
    path: Path
    """Of the episode."""
    number: int
    """Decides the scenario."""


Simulator = Callable[[Drive], Path]
"""Makes one drive, and writes its episode with labels; a function that other processes import."""


class Actors(Protocol):
    """Something that makes drives, many at a time."""

    def drive(self, artifact: Path, folder: Path, *, first: int, count: int, seed: int) -> None:
        """Episodes `first` to `first + count` in `folder`; those already there are kept."""
        ...


class ProcessActors:
    """Actors that are processes of this machine."""

    def __init__(self, simulator: Simulator, processes: int) -> None:
        self._simulator, self._processes = simulator, processes

    def drive(self, artifact: Path, folder: Path, *, first: int, count: int, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        drives = [
            Drive(artifact, folder / f'student_{number:06d}', seed * 1_000_000 + number)
            for number in range(first, first + count)
        ]
        missing = [drive for drive in drives if not drive.path.is_dir()]
        for _ in work(self._simulator, missing, processes=self._processes, title='driving'):
            pass
