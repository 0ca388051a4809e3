# SPDX-License-Identifier: Apache-2.0
"""Outcomes of an arena as plain data: all that reports, tables and plots use."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from wpt_core.files import replacing
from wpt_core.metrics import Infraction, RouteOutcome

__all__ = ['DriveResult', 'HeldOut', 'Trace']

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trace:
    """A drive over time."""

    time_s: tuple[float, ...]
    position_error_m: tuple[float, ...]
    """From the human-like position in the commanded lane."""
    heading_error_rad: tuple[float, ...]
    s_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriveResult:
    """One drive of one row, judged."""

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
    """Speed over that of the other vehicles; None without a route or without others."""
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
        """The inverse of `as_json`; TypeError or ValueError for anything else."""
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
    """(N, 3): x, y, yaw as the expert drove, in the world frame."""
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
    """(H, W, 3): of the front camera, in the middle of the drive."""
    image_sample: int
    """Index of that sample among the C."""

    def save(self, path: Path, made_of: str) -> None:
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        with replacing(path) as aside:
            np.savez_compressed(aside, made_of=made_of, **columns)

    @classmethod
    def load(cls, path: Path, made_of: str) -> 'HeldOut | None':
        """None if it is missing, damaged, or has another fingerprint."""
        try:
            with np.load(path, allow_pickle=False) as found:
                if str(found['made_of']) != made_of:
                    return None
                columns = {field.name: found[field.name] for field in fields(cls)}
        except (OSError, ValueError, KeyError, BadZipFile):
            return None
        return cls(**{**columns, 'image_sample': int(columns['image_sample'])})
