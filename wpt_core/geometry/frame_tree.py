# SPDX-License-Identifier: Apache-2.0
"""Tree of static frames, and the transforms between them."""

from collections.abc import Sequence

import numpy as np

from wpt_core.geometry.rotations import rotation_from_quaternion
from wpt_core.geometry.transforms import FloatArray, invert, transform
from wpt_core.types import InputError

__all__ = ['FrameTree', 'rigid_transform']

_MOST_FRAMES = 1000
"""A car has a few dozen frames; names beyond the limit are ignored."""


def rigid_transform(position_m: Sequence[float], quaternion: Sequence[float]) -> FloatArray:
    """Return (4, 4) `parent_from_child` of position and quaternion (x, y, z, w)."""
    if not np.isfinite(position_m).all():
        raise InputError(f'a position must be finite, got {list(position_m)}')
    return transform(rotation_from_quaternion(quaternion), position_m)


class FrameTree:
    """The newest static transform of each frame to its parent, without times.

    Inputs are checked when they are used.
    """

    def __init__(self) -> None:
        self._parents: dict[str, tuple[str, Sequence[float], Sequence[float]]] = {}

    def put(
        self, parent: str, child: str, *, position_m: Sequence[float], quaternion: Sequence[float]
    ) -> None:
        """Set the transform of `child` in `parent`; replaces an earlier one."""
        if child in self._parents or len(self._parents) < _MOST_FRAMES:
            self._parents[child] = parent, position_m, quaternion

    def target_from(self, target: str, source: str) -> FloatArray:
        """Return (4, 4) `target_from_source`; raise InputError if the frames are not connected."""
        ancestors_from_target = self._ancestors(target)
        ancestors_from_source = self._ancestors(source)
        for name, ancestor_from_source in ancestors_from_source.items():
            if name in ancestors_from_target:
                return invert(ancestors_from_target[name]) @ ancestor_from_source
        known = sorted({*self._parents, *(parent for parent, *_ in self._parents.values())})
        raise InputError(
            f'no transforms lead from {source!r} to {target!r}; known are '
            f'{", ".join(known[:20]) or "none"}; publish the missing transform'
        )

    def _ancestors(self, frame: str) -> dict[str, FloatArray]:
        """Return `ancestor_from_frame` by ancestor, from the frame itself to the root."""
        found: dict[str, FloatArray] = {frame: np.eye(4)}
        name = frame
        while name in self._parents:
            parent, position_m, quaternion = self._parents[name]
            if parent in found:
                raise InputError(f'the transforms above {frame!r} form a loop at {parent!r}')
            try:
                found[parent] = rigid_transform(position_m, quaternion) @ found[name]
            except InputError as error:
                raise InputError(f'where {name!r} sits in {parent!r}: {error}') from error
            name = parent
        return found
