# SPDX-License-Identifier: Apache-2.0
"""Disturbances have the named effect only, and are repeatable."""

from dataclasses import replace

import numpy as np
import pytest

from training.referee.rows import file_name
from training.simulators.proving_ground.disturbance import ROBUSTNESS, UNDISTURBED, Disturbance
from wpt_core.sensing import surround_rig
from wpt_core.types import CameraFrame, InputError, Observation
from wpt_sim.drive import World
from wpt_sim.suites import find_suite

RIG = surround_rig()


def seen() -> Observation:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3) * 4
    frames = tuple(CameraFrame(name, 1.0, image) for name in RIG.names)
    now = World(find_suite('routes').scenarios[0], 1).observe(frames=False)
    return replace(now, speed_mps=10.0, yaw_rate_radps=0.1, frames=frames)


def test_undisturbed_changes_nothing() -> None:
    before = seen()
    after = UNDISTURBED.disturbance.observed(before, 3)
    assert (after.speed_mps, after.yaw_rate_radps) == (before.speed_mps, before.yaw_rate_radps)
    assert all(a.image is b.image for a, b in zip(after.frames, before.frames, strict=True))
    assert UNDISTURBED.disturbance.believed_rig(RIG) is RIG


def test_the_share_of_frames_is_dropped_camera_by_camera() -> None:
    disturbance = Disturbance(drop_share=0.3, seed=5)
    now = seen()
    counts = [len(disturbance.observed(now, tick).frames) for tick in range(400)]
    assert np.mean(counts) == pytest.approx(6 * 0.7, abs=0.2)
    assert len(set(counts)) > 3


def test_drops_repeat_and_differ_between_drives() -> None:
    def names(disturbance: Disturbance) -> list[list[str]]:
        return [
            [frame.camera for frame in disturbance.observed(seen(), tick).frames]
            for tick in range(20)
        ]

    one = Disturbance(drop_share=0.3).for_drive(1000, 'routes/a')
    assert names(one) == names(Disturbance(drop_share=0.3).for_drive(1000, 'routes/a'))
    assert names(one) != names(Disturbance(drop_share=0.3).for_drive(1001, 'routes/a'))
    assert names(one) != names(Disturbance(drop_share=0.3).for_drive(1000, 'routes/b'))


def test_one_camera_is_dead() -> None:
    names = [f.camera for f in Disturbance(dead_camera='front').observed(seen(), 0).frames]
    assert names == [name for name in RIG.names if name != 'front']


@pytest.mark.parametrize(('factor', 'expected'), [(0.5, 50), (1.5, 150), (3.0, 255)])
def test_brightness_scales_and_clips(factor: float, expected: int) -> None:
    image = seen().frames[0].image
    after = Disturbance(brightness=factor).observed(seen(), 0).frames[0].image
    assert after[image == 100] == pytest.approx(expected)
    assert after.dtype == np.uint8


def test_odometry_noise_has_the_stated_size() -> None:
    disturbance = Disturbance(odometry_noise=0.05, seed=1)
    now = seen()
    after = [disturbance.observed(now, tick) for tick in range(2000)]
    speeds = np.array([one.speed_mps for one in after])
    rates = np.array([one.yaw_rate_radps for one in after])
    assert speeds.mean() == pytest.approx(10.0, abs=0.05)
    assert speeds.std() == pytest.approx(0.5, rel=0.08)
    assert rates.std() == pytest.approx(0.01, rel=0.08)
    bends = np.array([one.curvature_1pm for one in after])
    assert bends - now.curvature_1pm == pytest.approx((rates - now.yaw_rate_radps) / 10.0)


def test_calibration_is_off_by_the_angle_and_by_nothing_else() -> None:
    believed = Disturbance(calibration_deg=2.0, seed=3).believed_rig(RIG)
    turns = []
    for wrong, right in zip(believed.cameras, RIG.cameras, strict=True):
        turn = wrong.base_from_camera[:3, :3] @ right.base_from_camera[:3, :3].T
        assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(2.0)
        assert wrong.base_from_camera[:3, 3].tolist() == right.base_from_camera[:3, 3].tolist()
        assert wrong.intrinsics == right.intrinsics
        turns.append(turn)
    assert not np.allclose(turns[0], turns[1])


def test_what_is_not_a_disturbance_is_refused() -> None:
    with pytest.raises(InputError, match='drop_share'):
        Disturbance(drop_share=1.2)
    with pytest.raises(InputError, match='brightness'):
        Disturbance(brightness=float('nan'))


def test_the_conditions_of_the_issue_are_there() -> None:
    kinds = [condition.disturbance for condition in ROBUSTNESS]
    assert {one.drop_share for one in kinds} == {0.0, 0.1, 0.3}
    assert {one.extra_delay_s for one in kinds} == {0.0, 0.1, 0.2}
    assert {one.calibration_deg for one in kinds} == {0.0, 1.0, 2.0}
    assert {one.brightness for one in kinds} == {0.5, 1.0, 1.5}
    assert {one.dead_camera for one in kinds} == {None, 'front', 'front_left'}
    # Their drives are kept in folders of these names.
    assert len({file_name(condition.name) for condition in ROBUSTNESS}) == len(ROBUSTNESS)
