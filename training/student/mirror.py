# SPDX-License-Identifier: Apache-2.0
"""Mirror augmentation: views, conditions and labels with left and right exchanged.

`mirrored` is a tensor of bools over the first dimension of a batch.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.student.losses import Target
from wpt_core.model import units
from wpt_core.types import Camera, Command, InputError, Rig

__all__ = ['mirrored_borders', 'mirrored_conditions', 'mirrored_target', 'partners']

_ACROSS = (units.Y, units.YAW, units.YAW_RATE)
_OTHER = {
    Command.CHANGE_LEFT: Command.CHANGE_RIGHT,
    Command.CHANGE_RIGHT: Command.CHANGE_LEFT,
    Command.TURN_LEFT: Command.TURN_RIGHT,
    Command.TURN_RIGHT: Command.TURN_LEFT,
}
_BEFORE_COMMANDS = 2
_SAME = 1e-6


def partners(views: Rig) -> NDArray[np.intp]:
    """Return (N,): index of the view opposite to each; InputError if one has no counterpart."""
    places = [_mirrored_pose(camera) for camera in views.cameras]
    found = []
    for camera in views.cameras:
        away = [np.abs(camera.base_from_camera - place).max() for place in places]
        nearest = int(np.argmin(away))
        lens, other = camera.intrinsics, views.cameras[nearest].intrinsics
        centred = lens.cx_px == (lens.width_px - 1) / 2 and lens.straight
        if away[nearest] > _SAME or lens != other or not centred:
            raise InputError(f'view {camera.name!r} has no counterpart on the other side')
        found.append(nearest)
    return np.array(found)


def _mirrored_pose(camera: Camera) -> NDArray[np.float64]:
    """Return the pose of the camera whose mirrored image is this camera's."""
    place: NDArray[np.float64] = np.diag([1.0, -1.0, 1.0, 1.0]) @ camera.base_from_camera
    return place @ np.diag([-1.0, 1.0, 1.0, 1.0])


def mirrored_target(target: Target, mirrored: Tensor) -> Target:
    """Mirror plans, curvatures and lanes."""
    sides = torch.ones(target.plans.shape[-1])
    sides[list(_ACROSS)] = -1.0
    return Target(
        plans=_where(mirrored, target.plans * sides, target.plans),
        known=target.known,
        actions=_where(mirrored, target.actions * torch.tensor([-1.0, 1.0]), target.actions),
        speeds_mps=target.speeds_mps,
        lanes=_where(mirrored, target.lanes.flip(-2) * torch.tensor([1.0, -1.0]), target.lanes),
    )


def mirrored_conditions(conditions: Tensor, mirrored: Tensor) -> Tensor:
    """Exchange left and right commands in conditions (B, ..., C)."""
    order = list(range(conditions.shape[-1]))
    for command, other in _OTHER.items():
        order[_BEFORE_COMMANDS + command] = _BEFORE_COMMANDS + other
    return _where(mirrored, conditions[..., order], conditions)


def mirrored_borders(borders: Tensor, mirrored: Tensor) -> Tensor:
    """Mirror predicted lane borders (B, ..., 12, 2)."""
    return _where(mirrored, -borders.flip(-1), borders)


def _where(mirrored: Tensor, other: Tensor, same: Tensor) -> Tensor:
    return torch.where(mirrored.view(-1, *[1] * (same.ndim - 1)), other, same)
