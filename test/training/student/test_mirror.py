# SPDX-License-Identifier: Apache-2.0
"""In a mirror everything is on the other side: pictures, lanes, plans and wishes alike."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.episodes.episode import LANE_AHEAD_M
from training.episodes.index import load_index
from training.student.image_batches import Augmentation, Samples, batches, lane_mask
from training.student.losses import Target
from training.student.mirror import (
    mirrored_borders,
    mirrored_conditions,
    mirrored_target,
    partners,
)
from training.student.sample_table import SampleTable
from wpt_core.model import units
from wpt_core.sensing import surround_rig
from wpt_core.types import Command, InputError, Rig

VIEWS = surround_rig()
TO_LEFT = np.stack(
    [np.column_stack([LANE_AHEAD_M, side + 0.002 * LANE_AHEAD_M**2]) for side in (2.5, -1.0)],
    axis=1,
).astype(np.float32)
FEW_DOTS = 4.01 / 16
"""Of the 16 that a value of a mask is the mean of: at the edges, rounding is not mirrored."""
UNCHANGED = Augmentation(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def target() -> Target:
    """Two samples that are alike: a bend to the left, seen from the right of the lane's middle."""
    plan = torch.arange(33 * 6, dtype=torch.float32).reshape(33, 6)
    return Target(
        plans=torch.stack([plan, plan]),
        known=torch.tensor([33, 33]),
        actions=torch.tensor([[0.01, 0.5], [0.01, 0.5]]),
        speeds_mps=torch.tensor([10.0, 10.0]),
        lanes=torch.from_numpy(np.stack([TO_LEFT, TO_LEFT])),
    )


SECOND = torch.tensor([False, True])


def test_only_what_is_across_changes_sides_and_only_where_it_is_to() -> None:
    before, after = target(), mirrored_target(target(), SECOND)
    for name in Target.__slots__:
        assert torch.equal(getattr(after, name)[0], getattr(before, name)[0])
    for channel in (units.X, units.SPEED, units.ACCELERATION):
        assert torch.equal(after.plans[1, :, channel], before.plans[1, :, channel])
    for channel in (units.Y, units.YAW, units.YAW_RATE):
        assert torch.equal(after.plans[1, :, channel], -before.plans[1, :, channel])
    assert after.actions[1].tolist() == pytest.approx([-0.01, 0.5])


def test_the_lane_in_the_mirror_lies_where_the_picture_in_the_mirror_has_it() -> None:
    mask = lane_mask(TO_LEFT, VIEWS.cameras[0])
    other = lane_mask(mirrored_target(target(), SECOND).lanes[1].numpy(), VIEWS.cameras[0])
    assert mask is not None
    assert other is not None
    assert np.abs(other - mask).max() > 0.5
    assert other == pytest.approx(mask[:, ::-1], abs=FEW_DOTS)


@pytest.mark.parametrize(
    ('wish', 'other'),
    [
        (Command.KEEP, Command.KEEP),
        (Command.CHANGE_LEFT, Command.CHANGE_RIGHT),
        (Command.CHANGE_RIGHT, Command.CHANGE_LEFT),
        (Command.TURN_LEFT, Command.TURN_RIGHT),
        (Command.TURN_RIGHT, Command.TURN_LEFT),
        (Command.STRAIGHT, Command.STRAIGHT),
    ],
)
def test_who_was_to_go_left_is_to_go_right(wish: Command, other: Command) -> None:
    conditions = torch.from_numpy(np.stack([units.conditions(20.0, wish, 0.2)] * 2))
    after = mirrored_conditions(conditions, SECOND)
    assert torch.equal(after[0], conditions[0])
    assert after[1].tolist() == units.conditions(20.0, other, 0.2).tolist()


def test_borders_are_mirrored_as_their_labels_are() -> None:
    labels = target().lanes[..., 1]
    said = mirrored_borders(labels, SECOND)
    assert torch.equal(said, mirrored_target(target(), SECOND).lanes[..., 1])


def test_left_views_have_their_counterparts_on_the_right() -> None:
    names = [VIEWS.names[partner] for partner in partners(VIEWS)]
    assert dict(zip(VIEWS.names, names, strict=True)) == {
        'front': 'front',
        'front_left': 'front_right',
        'front_right': 'front_left',
        'back_left': 'back_right',
        'back_right': 'back_left',
        'back': 'back',
    }


def test_a_view_without_a_counterpart_is_told() -> None:
    with pytest.raises(InputError, match="view 'front_left' has no counterpart"):
        partners(Rig(VIEWS.cameras[:2]))
    front = VIEWS.cameras[0]
    lens = replace(front.intrinsics, cx_px=100.0)
    with pytest.raises(InputError, match="view 'front' has no counterpart"):
        partners(Rig((replace(front, intrinsics=lens),)))


@pytest.mark.slow
def test_a_batch_in_the_mirror_fits_its_labels(episodes: Path) -> None:
    found = load_index(episodes, VIEWS.names)
    plain, turned = (
        next(
            batches(
                Samples.labelled(found),
                VIEWS,
                size=8,
                first=0,
                end=1,
                seed=1,
                augmentation=replace(UNCHANGED, mirror=mirror),
                workers=0,
            )
        )
        for mirror in (0.0, 1.0)
    )
    assert not plain.mirrored.any()
    assert turned.mirrored.all()
    assert torch.equal(turned.views[:, 0], plain.views[:, 0].flip(-2))
    assert torch.equal(turned.views[:, 1], plain.views[:, 2].flip(-2))
    table = SampleTable(found)
    flat = table.flat(turned.episodes, turned.rows)
    lanes = mirrored_target(table.target(flat), turned.mirrored).lanes.numpy()
    for lane, mask in zip(lanes, turned.masks.numpy(), strict=True):
        assert lane_mask(lane, VIEWS.cameras[0]) == pytest.approx(mask, abs=FEW_DOTS)
