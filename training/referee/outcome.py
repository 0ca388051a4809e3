# SPDX-License-Identifier: Apache-2.0
"""Outcomes of an arena as plain data, and their files, reused while all inputs are equal."""

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from wpt_core.files import replacing, write_atomic
from wpt_core.metrics import Infraction, RouteOutcome

__all__ = [
    'DriveResult',
    'HeldOut',
    'Trace',
    'digest_of_code',
    'fingerprint',
    'load_json',
    'save_json',
]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trace:
    """Time series of a drive."""

    time_s: tuple[float, ...]
    position_error_m: tuple[float, ...]
    """Offset from the human-like position in the commanded lane."""
    heading_error_rad: tuple[float, ...]
    s_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriveResult:
    """Result of one drive of one row."""

    row: str
    suite: str
    scenario: str
    ability: str
    seed: int
    passed: bool
    reasons: tuple[str, ...]
    completion: float
    infractions: tuple[str, ...]
    score: float
    """Driving score of the route, 0 to 100."""
    comfort: float
    efficiency: float | None
    """Speed relative to other vehicles; None without a route or without other vehicles."""
    final_offset_m: float
    ended_s: float
    trace: Trace

    @property
    def route(self) -> RouteOutcome:
        return RouteOutcome(
            self.scenario, self.completion, tuple(Infraction(name) for name in self.infractions)
        )

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, object]) -> 'DriveResult':
        """Invert `as_json`; raise TypeError or ValueError for anything else."""
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
        }
        trace = values.pop('trace')
        if not isinstance(trace, dict):
            raise TypeError('trace must be an object')
        columns = {name: tuple(column) for name, column in trace.items()}
        return cls(**values, trace=Trace(**columns))  # type: ignore[arg-type]  # checked by caller


@dataclass(frozen=True, eq=False, slots=True)
class HeldOut:
    """Plans of one row along a drive of an expert: C samples, H hypotheses, P points, N steps."""

    steps: NDArray[np.int64]
    """(C,): index of each sample into the drive."""
    positions_m: NDArray[np.float32]
    """(C, H, P, 2), in `base_link` of the sample."""
    yaws_rad: NDArray[np.float32]
    """(C, H, P)."""
    scales_m: NDArray[np.float32]
    """(C, H, P, 2)."""
    probabilities: NDArray[np.float64]
    """(C, H)."""
    times_s: FloatArray
    """(N,)."""
    poses: FloatArray
    """(N, 3): x, y, yaw of the expert in the world frame."""
    others: FloatArray
    """(N, M, 3): poses of the other road users."""
    velocities_mps: FloatArray
    """(N, M, 2)."""
    present: NDArray[np.bool_]
    """(N, M)."""
    sizes_m: FloatArray
    """(M, 2)."""
    agents: NDArray[np.bool_]
    """(M,)."""
    footprint: FloatArray
    """(3,): length, width, centre ahead of `base_link`."""
    image: NDArray[np.uint8]
    """(H, W, 3): image of the front camera in the middle of the drive."""
    image_sample: int
    """Index of that sample among the C."""

    def save(self, path: Path, made_of: str) -> None:
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        with replacing(path) as aside:
            np.savez_compressed(aside, made_of=made_of, **columns)

    @classmethod
    def load(cls, path: Path, made_of: str) -> 'HeldOut | None':
        """Return written plans; None if missing, damaged, or with another fingerprint."""
        try:
            with np.load(path, allow_pickle=False) as found:
                if str(found['made_of']) != made_of:
                    return None
                columns = {field.name: found[field.name] for field in fields(cls)}
        except (OSError, ValueError, KeyError, BadZipFile):
            return None
        return cls(**{**columns, 'image_sample': int(columns['image_sample'])})


def fingerprint(*parts: object) -> str:
    """Return a digest of the `repr` of all inputs of a result."""
    return hashlib.sha256('\n'.join(map(repr, parts)).encode()).hexdigest()[:20]


def digest_of_code(files: Iterable[Path]) -> str:
    """Return a digest of Python files, independent of comments and layout."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(ast.dump(ast.parse(file.read_bytes())).encode())
    return digest.hexdigest()[:16]


def save_json(path: Path, made_of: str, content: dict[str, object]) -> None:
    """Write a result with the fingerprint of its inputs."""
    write_atomic(path, json.dumps({'made_of': made_of, 'result': content}, allow_nan=False))


def load_json(path: Path, made_of: str) -> dict[str, object] | None:
    """Return a written result; None if missing, damaged, or with another fingerprint."""
    try:
        found = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get('made_of') != made_of:
        return None
    result = found.get('result')
    return result if isinstance(result, dict) else None
