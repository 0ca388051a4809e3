# SPDX-License-Identifier: Apache-2.0
"""Which cameras deliver, and when."""

import math

import numpy as np

from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Camera, Intrinsics, Rig
from wpt_sim.drive import World, camera_towards
from wpt_sim.randomness import exactly
from wpt_sim.road import RoadKind
from wpt_sim.scenario import (
    Ability,
    CameraLoss,
    Conditions,
    Layout,
    Leg,
    Rule,
    Scenario,
)

_LENS = Intrinsics(32, 16, 22.0, 22.0, 15.5, 7.5)


def small_rig() -> Rig:
    """The front and the back camera of the default rig, with few pixels."""
    chosen = [camera for camera in surround_rig().cameras if camera.name in ('front', 'back')]
    return Rig(tuple(Camera(c.name, _LENS, c.base_from_camera) for c in chosen))


def scenario(*losses: CameraLoss) -> Scenario:
    return Scenario(
        name='seen',
        suite='test',
        ability=Ability.CAMERA_LOSS,
        rule=Rule.ROUTE,
        summary='a straight road',
        layout=Layout(RoadKind.COUNTRY, (Leg(exactly(30.0)),)),
        speed_mps=exactly(10.0),
        duration_s=1.0,
        conditions=Conditions(losses=losses),
    )


def test_the_nearest_by_bearing() -> None:
    rig = surround_rig()
    expected = {0: 'front', 40: 'front_left', -70: 'front_right', 130: 'back_left', 180: 'back'}
    found = {deg: camera_towards(rig, math.radians(deg)).name for deg in expected}
    assert found == expected


def test_frames_come_in_the_order_of_the_rig_until_a_camera_dies() -> None:
    world = World(scenario(CameraLoss(0.0, 0.1)), 0, rig=small_rig())
    names = []
    for _ in range(4):
        frames = world.observe().frames
        names.append([frame.camera for frame in frames])
        assert all(frame.stamp_s == world.time_s for frame in frames)
        assert all(frame.image.shape == (16, 32, 3) for frame in frames)
        world.step(Action(0.0, 0.0))
    assert names == [['front', 'back'], ['front', 'back'], ['back'], ['back']]


def test_pictures_are_equal_bits_from_run_to_run() -> None:
    images = []
    for _ in range(2):
        world = World(scenario(), 1, rig=small_rig())
        world.step(Action(0.0, 0.0))
        images.append(np.stack([frame.image for frame in world.observe().frames]))
    np.testing.assert_array_equal(*images)


def test_no_frames_without_a_rig_or_a_wish() -> None:
    assert World(scenario(), 0).observe().frames == ()
    assert World(scenario(), 0, rig=small_rig()).observe(frames=False).frames == ()
