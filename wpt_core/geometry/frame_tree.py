# SPDX-License-Identifier: Apache-2.0
"""Frames that sit in each other: where is one of them in another?"""

from collections.abc import Sequence

import numpy as np

from wpt_core.geometry.rotations import rotation_from_quaternion
from wpt_core.geometry.transforms import FloatArray, invert, transform
from wpt_core.types import InputError

__all__ = ['FrameTree', 'rigid_transform']

_MOST_FRAMES = 1000
"""A car has a few dozen; more is a flood of names, and is not kept."""


def rigid_transform(position_m: Sequence[float], quaternion: Sequence[float]) -> FloatArray:
    """(4, 4) `parent_from_child` of the child's place and its turn (x, y, z, w)."""
    if not np.isfinite(position_m).all():
        raise InputError(f'a position must be finite, got {list(position_m)}')
    return transform(rotation_from_quaternion(quaternion), position_m)


class FrameTree:
    """Each frame's newest place in its parent; without times, so for what sits fast.

    Anything may be put in; what is wrong with it is said when it is needed.
    """

    def __init__(self) -> None:
        self._placed: dict[str, tuple[str, Sequence[float], Sequence[float]]] = {}

    def put(
        self, parent: str, child: str, *, position_m: Sequence[float], quaternion: Sequence[float]
    ) -> None:
        """`child` sits there in `parent`, and nowhere else from now on."""
        if child in self._placed or len(self._placed) < _MOST_FRAMES:
            self._placed[child] = parent, position_m, quaternion

    def target_from(self, target: str, source: str) -> FloatArray:
        """(4, 4) `target_from_source`; InputError where the two do not hang together soundly."""
        ancestors_from_target = self._upwards(target)
        ancestors_from_source = self._upwards(source)
        for name, ancestor_from_source in ancestors_from_source.items():
            if name in ancestors_from_target:
                return invert(ancestors_from_target[name]) @ ancestor_from_source
        known = sorted({*self._placed, *(parent for parent, *_ in self._placed.values())})
        raise InputError(
            f'no transforms lead from {source!r} to {target!r}; known are '
            f'{", ".join(known[:20]) or "none"}; publish what is missing'
        )

    def _upwards(self, frame: str) -> dict[str, FloatArray]:
        """`ancestor_from_frame` by ancestor, from the frame itself up to the root."""
        found: dict[str, FloatArray] = {frame: np.eye(4)}
        name = frame
        while name in self._placed:
            parent, position_m, quaternion = self._placed[name]
            if parent in found:
                raise InputError(f'the transforms above {frame!r} form a ring at {parent!r}')
            try:
                found[parent] = rigid_transform(position_m, quaternion) @ found[name]
            except InputError as error:
                raise InputError(f'where {name!r} sits in {parent!r}: {error}') from error
            name = parent
        return found
