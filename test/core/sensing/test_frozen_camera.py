# SPDX-License-Identifier: Apache-2.0
"""A camera is frozen only if it repeats an image while the car moves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wpt_core.sensing import MOST_AGE_S, FrozenCameraCheck

STEP_S = 0.05
Image = NDArray[np.uint8]


def noise(seed: int, size: int = 100_000) -> Image:
    return np.random.default_rng(seed).integers(0, 255, size, np.uint8)


def stuck_from(
    images: list[Image], *, speed_mps: float, pose: bool = True, speed: bool = True
) -> int | None:
    """The first step at which it is; of the odometry, pose or speed may stay 0."""
    watch = FrozenCameraCheck()
    for step, image in enumerate(images):
        position_m = (pose * speed_mps * STEP_S * step, 5.0)
        told_mps = speed * speed_mps
        stamp_s = 10.0 + STEP_S * step
        if watch.is_frozen('front', stamp_s, image, position_m=position_m, speed_mps=told_mps):
            return step
    return None


def test_a_frozen_camera_is_stuck_as_soon_as_its_image_is_too_old() -> None:
    step = stuck_from([noise(1)] * 20, speed_mps=10.0)
    assert step is not None
    assert (step - 1) * STEP_S <= MOST_AGE_S < step * STEP_S


@pytest.mark.parametrize('speed_mps', [16.0, -16.0])
@pytest.mark.parametrize(('pose', 'speed'), [(False, True), (True, False)])
def test_an_odometry_that_is_half_frozen_hides_no_frozen_camera(
    speed_mps: float, pose: bool, speed: bool
) -> None:
    assert stuck_from([noise(1)] * 20, speed_mps=speed_mps, pose=pose, speed=speed) == 4


def test_slowly_it_takes_as_long_as_the_car_needs_to_get_on() -> None:
    assert stuck_from([noise(1)] * 20, speed_mps=0.49) == 9


def test_a_car_that_stands_sees_the_same() -> None:
    assert stuck_from([noise(1)] * 200, speed_mps=0.0) is None


def test_an_image_may_come_twice_at_any_speed() -> None:
    twice = [noise(seed) for seed in range(20) for _ in range(2)]
    assert stuck_from(twice, speed_mps=40.0) is None


@pytest.mark.parametrize('size', [1, 4096, 98_304, 2_764_800])
def test_a_little_noise_is_seen_at_every_size(size: int) -> None:
    still = np.full(size, 90, np.uint8)
    images = [still + (noise(seed, size) < 26) for seed in range(20)]
    assert stuck_from([still] * 20, speed_mps=10.0) == 4
    if size > 1:
        assert stuck_from(images, speed_mps=10.0) is None


def test_images_of_another_size_are_others() -> None:
    assert stuck_from([noise(1, 1000), noise(1, 999)] * 10, speed_mps=10.0) is None


def test_cameras_are_looked_at_one_by_one() -> None:
    watch = FrozenCameraCheck()
    for step in range(20):
        stamp_s, position_m = 1.0 + STEP_S * step, (0.5 * step, 0.0)
        assert not watch.is_frozen(
            'left', stamp_s, noise(step), position_m=position_m, speed_mps=10.0
        )
        frozen = watch.is_frozen('front', stamp_s, noise(0), position_m=position_m, speed_mps=10.0)
    assert frozen


def test_time_that_jumps_back_begins_anew() -> None:
    watch = FrozenCameraCheck()
    assert not watch.is_frozen('front', 100.0, noise(1), position_m=(0.0, 0.0), speed_mps=0.0)
    assert not watch.is_frozen('front', 10.0, noise(1), position_m=(50.0, 0.0), speed_mps=0.0)
    assert not watch.is_frozen('front', 10.1, noise(1), position_m=(51.0, 0.0), speed_mps=0.0)
    assert watch.is_frozen('front', 10.2, noise(1), position_m=(52.0, 0.0), speed_mps=0.0)
