# SPDX-License-Identifier: Apache-2.0
"""Who is compared: drivers without a network for reference, and students from artifacts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from training.referee.store import fingerprint
from training.simulators.proving_ground.disturbance import Disturbance
from training.simulators.proving_ground.student_driver import student_kind
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, best_backend
from wpt_core.pipeline import Planner
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError, Rig
from wpt_sim.drivers import AnyKind, build

__all__ = ['Row', 'file_name', 'parse_rows', 'planner_of', 'references', 'student_row']

_PLAN_EVERY = 2
"""Steps of 50 ms: 10 Hz, the slowest rate at which a car is to plan."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tables: a driver of the proving ground, or the student of an artifact."""

    name: str
    artifact: Path | None = None
    """None: the driver of the proving ground that has this name."""
    digest: str = ''
    """Of weights, sizes and views, so that drives of another student are not reused."""

    @property
    def learned(self) -> bool:
        return self.artifact is not None

    def kind(self, disturbance: Disturbance) -> AnyKind:
        """Ready to be seated; loads the student once per process."""
        if self.artifact is None:
            return build(self.name)
        return student_kind(
            self.name,
            lambda: planner_of(self, disturbance),
            plan_every=_PLAN_EVERY,
            disturbance=disturbance,
        )


def planner_of(row: Row, disturbance: Disturbance) -> Planner:
    """A planner with an empty memory, for the rig that the student believes to have."""
    if row.artifact is None:
        raise InputError(f'row {row.name!r}: only a student has a planner.')
    artifact, backend = _loaded(row.artifact, row.digest)
    return Planner.of(artifact, backend, disturbance.believed_rig(surround_rig()))


@lru_cache(maxsize=8)
def _loaded(path: Path, _digest: str) -> tuple[Artifact, Backend]:
    artifact = load_artifact(path)
    return artifact, best_backend(artifact.student, threads=1)


def student_row(name: str, path: Path) -> Row:
    """A row for the artifact in a folder; InputError if there is none that can be used."""
    made = load_artifact(path).manifest
    return Row(name, path, fingerprint(made.weights_sha256, made.config, _places(made.views)))


def _places(views: Rig) -> list[object]:
    """All of a rig in a form whose text says everything."""
    return [(v.name, v.intrinsics, v.base_from_camera.tolist()) for v in views.cameras]


def parse_rows(given: Sequence[str]) -> tuple[Row, ...]:
    """Rows from `name=folder`."""
    rows = []
    for text in given:
        name, equals, path = text.partition('=')
        if not (name.strip() and equals and path.strip()):
            raise InputError(f'--rows: expected name=folder, such as BC=runs/bc, got {text!r}.')
        rows.append(student_row(name.strip(), Path(path.strip())))
    return tuple(rows)


def references(names: Sequence[str]) -> tuple[Row, ...]:
    """Rows of the proving ground's own drivers; InputError lists the names there are."""
    return tuple(Row(build(name).name) for name in names)


def file_name(text: str) -> str:
    """A name in tables as a name of a file."""
    return re.sub(r'[^a-z0-9]+', '_', text.lower()).strip('_') or 'unnamed'
