# SPDX-License-Identifier: Apache-2.0
"""Rows of the tables: reference drivers without a network, and students from artifacts."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from training.referee.outcome import fingerprint
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.runtime import Backend, best_backend
from wpt_core.pipeline import Planner
from wpt_core.types import InputError, Observation, Plan, Rig, plan_times_s, unknown_name

__all__ = [
    'Row',
    'file_name',
    'parse_rows',
    'plan_function',
    'planner_of',
    'references',
    'student_row',
]

_CONSTANT_VELOCITY = 'constant_velocity'


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tables: a driver of the arena, or the student of an artifact."""

    name: str
    artifact: Path | None = None
    """None: the arena's driver of this name."""
    digest: str = ''
    """Digest of weights, sizes and views, part of the fingerprint of outcomes."""

    @property
    def learned(self) -> bool:
        return self.artifact is not None

    @property
    def plans(self) -> bool:
        """Whether it makes plans for the open loop."""
        return self.learned or self.name == _CONSTANT_VELOCITY


def planner_of(row: Row, rig: Rig) -> Planner:
    """Return a new planner for the cameras of `rig`."""
    if row.artifact is None:
        raise InputError(f'row {row.name!r}: only students have a planner; name one with --rows.')
    artifact, backend = _loaded(row.artifact, row.digest)
    return Planner.of(artifact, backend, rig)


@lru_cache(maxsize=8)
def _loaded(path: Path, _digest: str) -> tuple[Artifact, Backend]:
    """Load an artifact once per process."""
    artifact = load_artifact(path)
    return artifact, best_backend(artifact.student, threads=1)


def plan_function(row: Row, rig: Rig) -> Callable[[Observation], Plan]:
    """Return a function to call with the observations of one drive in order."""
    if not row.learned:
        return _constant_velocity_plan
    planner = planner_of(row, rig)

    def plan(observation: Observation) -> Plan:
        return planner.plan(
            observation.frames,
            stamp_s=observation.time_s,
            speed_mps=observation.speed_mps,
            command=observation.command,
            delay_s=observation.actuator_delay_s,
        ).plan

    return plan


def _constant_velocity_plan(observation: Observation) -> Plan:
    times_s = plan_times_s()
    zeros = np.zeros((1, len(times_s)))
    ahead_m = np.stack([observation.speed_mps * times_s, np.zeros_like(times_s)], axis=-1)[None]
    return Plan(
        stamp_s=observation.time_s,
        times_s=times_s,
        positions_m=ahead_m,
        speeds_mps=zeros + observation.speed_mps,
        accelerations_mps2=zeros,
        yaws_rad=zeros,
        yaw_rates_radps=zeros,
        position_scales_m=np.ones_like(ahead_m),
        probabilities=np.ones(1),
    )


def student_row(name: str, path: Path) -> Row:
    """Return a row for an artifact; InputError if it cannot be loaded."""
    manifest = load_artifact(path).manifest
    views = [(v.name, v.intrinsics, v.base_from_camera.tolist()) for v in manifest.views.cameras]
    return Row(name, path, fingerprint(manifest.weights_sha256, manifest.config, views))


def parse_rows(given: Sequence[str]) -> tuple[Row, ...]:
    """Parse rows of the form `name=folder`."""
    rows = []
    for text in given:
        name, equals, path = text.partition('=')
        if not (name.strip() and equals and path.strip()):
            raise InputError(f'--rows: expected name=folder, such as BC=runs/bc, got {text!r}.')
        rows.append(student_row(name.strip(), Path(path.strip())))
    return tuple(rows)


def references(names: Sequence[str], drivers: Sequence[str]) -> tuple[Row, ...]:
    """Return rows of reference drivers; InputError with all names if one is unknown."""
    for name in names:
        if name not in drivers:
            raise unknown_name('driver', name, drivers)
    return tuple(map(Row, names))


def file_name(text: str) -> str:
    """Convert a name in tables to a file name."""
    return re.sub(r'[^a-z0-9]+', '_', text.lower()).strip('_') or 'unnamed'
