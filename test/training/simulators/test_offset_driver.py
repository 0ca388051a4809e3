# SPDX-License-Identifier: Apache-2.0
"""Beside the line on purpose: for long, on both sides, in bends, and the labels lead back."""

import numpy as np
import pytest

from training.simulators.proving_ground.variation import OffsetDriver
from wpt_sim.drive import Longitudinal, World
from wpt_sim.suites import find_scenario, find_suite


def errors_m(seed: int) -> np.ndarray:
    """Position errors over a drive through a bend."""
    scenario = find_scenario(find_suite('lane_centre'), 'bend_200_left')
    world = World(scenario, seed, longitudinal=Longitudinal.ACC)
    driver = OffsetDriver(world, np.random.default_rng(seed))
    while not world.done:
        world.step(driver.act(world.observe(frames=False)))
    return world.log.position_error_m


@pytest.fixture(scope='module')
def drives() -> list[np.ndarray]:
    return [errors_m(seed) for seed in range(4)]


def test_the_car_is_beside_its_line_on_both_sides(drives: list[np.ndarray]) -> None:
    every = np.concatenate(drives)
    assert every.std() > 0.4
    assert every.min() < -0.5
    assert every.max() > 0.5
    assert np.abs(every).max() < 3.5, 'it is still on the road'


def test_it_stays_there_for_longer_than_a_push_lasts(drives: list[np.ndarray]) -> None:
    """Over one second the place changes by little for much of the time, far from the line."""
    still = [np.abs(drive[20:] - drive[:-20]) < 0.1 for drive in drives]
    far = [np.abs(drive[20:]) > 0.3 for drive in drives]
    share = np.mean(np.concatenate(still) & np.concatenate(far))
    assert share > 0.1


def test_equal_seeds_drive_alike(drives: list[np.ndarray]) -> None:
    assert np.array_equal(errors_m(1), drives[1])
    assert not np.array_equal(drives[1][:100], drives[2][:100])
