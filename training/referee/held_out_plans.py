# SPDX-License-Identifier: Apache-2.0
"""Plans made along a drive of the expert, beside what the expert did then, as one file."""

from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from training.referee.store import write_whole

__all__ = ['HeldOut']

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class HeldOut:
    """The plans of one row along one drive: C moments, H hypotheses, P points, N steps."""

    steps: NDArray[np.int64]
    """(C,): index of each moment into the drive."""
    positions_m: NDArray[np.float32]
    """(C, H, P, 2), in `base_link` of the moment."""
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
    """(N, M, 3): poses of everybody else."""
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
    picture: NDArray[np.uint8]
    """(H, W, 3): what the front camera saw in the middle of the drive."""
    pictured: int
    """Index of that moment among the C."""

    def save(self, path: Path, made_of: str) -> None:
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        write_whole(path, lambda aside: np.savez_compressed(aside, made_of=made_of, **columns))

    @classmethod
    def load(cls, path: Path, made_of: str) -> 'HeldOut | None':
        """None where there is nothing usable, or it is made of something else."""
        try:
            with np.load(path, allow_pickle=False) as found:
                if str(found['made_of']) != made_of:
                    return None
                columns = {field.name: found[field.name] for field in fields(cls)}
        except (OSError, ValueError, KeyError, BadZipFile):
            return None
        return cls(**{**columns, 'pictured': int(columns['pictured'])})
