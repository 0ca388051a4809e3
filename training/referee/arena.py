# SPDX-License-Identifier: Apache-2.0
"""Arenas: worlds in which students and reference drivers are judged.

An arena is a folder beside this file and a line in `ARENAS`; see docs/adding/arena.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Protocol

from training.referee.outcome import DriveResult, HeldOut
from training.referee.rows import Row
from training.referee.store import fingerprint
from wpt_core.types import Rig, unknown_name

__all__ = [
    'ARENAS',
    'UNDISTURBED',
    'Arena',
    'Case',
    'Suite',
    'find_arena',
    'find_suite',
    'made_of',
]

ARENAS = {
    'proving_ground': 'training.referee.proving_ground',
    'metadrive': 'training.referee.metadrive',
}
"""The package that holds `ARENA`; imported on use, because it may need an optional simulator."""

UNDISTURBED = 'undisturbed'
"""The first condition of every arena."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Scenarios that are judged by the same rule."""

    name: str
    rule: str
    """Completes the sentence `A drive passes when it …`."""
    scenarios: tuple[str, ...]
    scored: bool = False
    """Whether its drives have a driving score."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is driven: with the row, everything that decides the outcome of a drive."""

    suite: str
    scenario: str
    seed: int
    condition: str = UNDISTURBED

    @property
    def file_stem(self) -> str:
        return f'{self.suite}-{self.scenario}-{self.seed}'


class Arena(Protocol):
    """Judges rows on cases. It is pickled to worker processes; equal calls have equal outcomes.

    Whatever an arena draws at random must not occur in training.
    """

    suites: tuple[Suite, ...]
    drivers: tuple[str, ...]
    """Drivers without a network, for comparison."""
    conditions: tuple[str, ...]
    """Disturbances for the robustness table; the first is `UNDISTURBED`."""
    rig: Rig
    """The cameras that students see; the first looks ahead."""
    about: str
    """What drivers see and what is random, as the beginning of a sentence of the report."""

    def code_digest(self) -> str:
        """Of all code that decides an outcome: outcomes of other code are not reused."""

    def description(self, case: Case) -> str:
        """Everything that the case stands for, as text; InputError if it does not exist."""

    def drive(self, row: Row, case: Case) -> DriveResult:
        """One drive, judged."""

    def film(self, row: Row, case: Case, path: Path) -> None:
        """The same drive as a video."""

    def plan_along(self, rows: Sequence[Row], case: Case) -> dict[str, HeldOut]:
        """An expert drives, every row plans on what it sees; empty if the drive is too short."""


def find_arena(name: str) -> Arena:
    """The arena of this name; InputError lists the names."""
    if name not in ARENAS:
        raise unknown_name('arena', name, ARENAS)
    arena: Arena = import_module(ARENAS[name]).ARENA
    return arena


def find_suite(arena: Arena, name: str) -> Suite:
    """The suite of this name; InputError lists the names."""
    for suite in arena.suites:
        if suite.name == name:
            return suite
    raise unknown_name('suite', name, (suite.name for suite in arena.suites))


def made_of(arena: Arena, row: Row, case: Case, kind: type[DriveResult] | type[HeldOut]) -> str:
    """Fingerprint of everything that decides an outcome of this kind."""
    columns = tuple(field.name for field in fields(kind))
    return fingerprint(row.name, row.digest, arena.description(case), columns, arena.code_digest())
