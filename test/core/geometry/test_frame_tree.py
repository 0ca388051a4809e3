# SPDX-License-Identifier: Apache-2.0
"""Transforms through the common ancestor, and errors without one."""

from math import inf, nan, pi, sin

import numpy as np
import pytest

from wpt_core.geometry import FrameTree, apply, rigid_transform
from wpt_core.types import InputError

NO_TURN = (0.0, 0.0, 0.0, 1.0)
LEFT = (0.0, 0.0, sin(pi / 4), sin(pi / 4))
"""A quarter turn about z."""


def car() -> FrameTree:
    """A mast one metre up, a camera on it that looks to the left, and a trailer behind."""
    tree = FrameTree()
    tree.put('base_link', 'mast', position_m=(2.0, 0.0, 1.0), quaternion=NO_TURN)
    tree.put('mast', 'camera', position_m=(0.0, 0.5, 0.0), quaternion=LEFT)
    tree.put('odom', 'base_link', position_m=(100.0, 0.0, 0.0), quaternion=LEFT)
    tree.put('odom', 'trailer', position_m=(100.0, -5.0, 0.0), quaternion=LEFT)
    return tree


@pytest.mark.parametrize(
    ('target', 'source', 'ahead_m'),
    [
        ('base_link', 'camera', (2.0, 1.5, 1.0)),
        ('camera', 'camera', (1.0, 0.0, 0.0)),
        ('camera', 'base_link', (-0.5, 1.0, -1.0)),
        ('trailer', 'mast', (8.0, 0.0, 1.0)),
        ('odom', 'camera', (98.5, 2.0, 1.0)),
    ],
)
def test_a_metre_ahead_is_there(
    target: str, source: str, ahead_m: tuple[float, float, float]
) -> None:
    found = apply(car().target_from(target, source), [1.0, 0.0, 0.0])
    np.testing.assert_allclose(found, ahead_m, atol=1e-12)


def test_the_newest_place_counts_even_under_another_parent() -> None:
    tree = car()
    tree.put('base_link', 'camera', position_m=(0.0, 0.0, 3.0), quaternion=NO_TURN)
    np.testing.assert_allclose(tree.target_from('base_link', 'camera')[:3, 3], (0.0, 0.0, 3.0))


@pytest.mark.parametrize('frame', ['radar', 'lidar'])
def test_what_does_not_hang_together_is_named(frame: str) -> None:
    tree = car()
    tree.put('roof', 'lidar', position_m=(0.0, 0.0, 0.0), quaternion=NO_TURN)
    with pytest.raises(InputError, match=f"from '{frame}' to 'base_link'; known are base_link, c"):
        tree.target_from('base_link', frame)


def test_a_ring_is_named() -> None:
    tree = car()
    tree.put('camera', 'odom', position_m=(0.0, 0.0, 0.0), quaternion=NO_TURN)
    with pytest.raises(InputError, match='loop'):
        tree.target_from('base_link', 'camera')


@pytest.mark.parametrize(
    ('position_m', 'quaternion', 'words'),
    [
        ((nan, 0.0, 0.0), NO_TURN, 'position must be finite'),
        ((0.0, 0.0, inf), NO_TURN, 'position must be finite'),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0), 'quaternion'),
        ((0.0, 0.0, 0.0), (nan, 0.0, 0.0, 1.0), 'quaternion'),
    ],
)
def test_an_unsound_place_harms_only_who_needs_it(
    position_m: tuple[float, float, float],
    quaternion: tuple[float, float, float, float],
    words: str,
) -> None:
    tree = car()
    tree.put('mast', 'camera', position_m=position_m, quaternion=quaternion)
    with pytest.raises(InputError, match=f"'camera' sits in 'mast': .*{words}"):
        tree.target_from('base_link', 'camera')
    assert tree.target_from('base_link', 'mast')[2, 3] == 1.0


def test_a_flood_of_names_is_not_kept() -> None:
    tree = car()
    for number in range(2000):
        tree.put('base_link', f'x{number}', position_m=(1.0, 0.0, 0.0), quaternion=NO_TURN)
    assert tree.target_from('base_link', 'x900')[0, 3] == 1.0
    with pytest.raises(InputError):
        tree.target_from('base_link', 'x1999')
    tree.put('base_link', 'mast', position_m=(3.0, 0.0, 1.0), quaternion=NO_TURN)
    assert tree.target_from('base_link', 'mast')[0, 3] == 3.0


def test_a_motion_turns_then_moves() -> None:
    moved = apply(rigid_transform((1.0, 2.0, 3.0), LEFT), [1.0, 0.0, 0.0])
    np.testing.assert_allclose(moved, (1.0, 3.0, 3.0), atol=1e-12)
