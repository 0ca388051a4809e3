# SPDX-License-Identifier: Apache-2.0
"""Arenas: worlds in which students and reference drivers are evaluated.

An arena is a folder in `training/referee` and a line in `ARENAS`; see docs/adding/arena.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Protocol

from training.referee.outcome import DriveResult, HeldOut, fingerprint
from training.referee.rows import Row
from wpt_core.types import Rig, unknown_name

__all__ = [
    'ARENAS',
    'UNDISTURBED',
    'Arena',
    'Case',
    'Suite',
    'find_arena',
    'find_suite',
    'outcome_fingerprint',
]

ARENAS = {
    'proving_ground': 'training.referee.proving_ground',
    'metadrive': 'training.referee.metadrive',
}
"""Package with `ARENA`; imported on use, because it may need an optional simulator."""

UNDISTURBED = 'undisturbed'
"""Name of the first condition of every arena."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Scenarios with one pass rule."""

    name: str
    rule: str
    """Completes the sentence `A drive passes when it …`."""
    scenarios: tuple[str, ...]
    scored: bool = False
    """Whether its drives have a driving score."""


@dataclass(frozen=True, slots=True)
class Case:
    """A drive: with the row, it determines the outcome."""

    suite: str
    scenario: str
    seed: int
    condition: str = UNDISTURBED

    @property
    def file_stem(self) -> str:
        return f'{self.suite}-{self.scenario}-{self.seed}'


class Arena(Protocol):
    """Evaluates rows on cases; equal calls have equal outcomes. It is pickled to worker processes.

    Random draws of an arena must not occur in training.
    """

    suites: tuple[Suite, ...]
    drivers: tuple[str, ...]
    """Reference drivers without a network."""
    conditions: tuple[str, ...]
    """Names of disturbances for the robustness table; the first is `UNDISTURBED`."""
    rig: Rig
    """Cameras of the students; the first one looks ahead."""
    about: str
    """Observations and random quantities, as the beginning of a sentence in the report."""

    def code_digest(self) -> str:
        """Return a digest of all code that outcomes depend on."""

    def description(self, case: Case) -> str:
        """Return all properties of a case as text; InputError if it does not exist."""

    def drive(self, row: Row, case: Case) -> DriveResult:
        """Drive once and return the result."""

    def film(self, row: Row, case: Case, path: Path) -> None:
        """Write a video of the same drive."""

    def plan_along(self, rows: Sequence[Row], case: Case) -> dict[str, HeldOut]:
        """Let every row plan along a drive of an expert; empty if the drive is too short."""


def find_arena(name: str) -> Arena:
    """Return the arena of this name; raise InputError with all names if unknown."""
    if name not in ARENAS:
        raise unknown_name('arena', name, ARENAS)
    arena: Arena = import_module(ARENAS[name]).ARENA
    return arena


def find_suite(arena: Arena, name: str) -> Suite:
    """Return the suite of this name; raise InputError with all names if unknown."""
    for suite in arena.suites:
        if suite.name == name:
            return suite
    raise unknown_name('suite', name, (suite.name for suite in arena.suites))


def outcome_fingerprint(
    arena: Arena, row: Row, case: Case, kind: type[DriveResult] | type[HeldOut]
) -> str:
    """Return the fingerprint of all inputs of an outcome of this kind."""
    columns = tuple(field.name for field in fields(kind))
    return fingerprint(row.name, row.digest, arena.description(case), columns, arena.code_digest())
