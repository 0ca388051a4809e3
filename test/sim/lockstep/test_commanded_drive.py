# SPDX-License-Identifier: Apache-2.0
"""A ride obeys valid commands; without one the driver in the seat takes over, late but well."""

import pytest

from wpt_core.sensing import surround_rig
from wpt_core.types import LateralCommand
from wpt_sim.drive import Longitudinal
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.lockstep import CommandedDrive
from wpt_sim.suites import find_suite


def ride(seed: int = 0) -> CommandedDrive:
    scenario = find_suite('lane_centre').scenarios[0]
    return CommandedDrive(scenario, seed, rig=surround_rig(), longitudinal=Longitudinal.ACC)


def driven(one: CommandedDrive, *, until_s: float, valid_until_s: float = 1e9) -> CommandedDrive:
    """Commands from an expert of our own, valid for so long."""
    ours = make_driver(EXPERT, one.world)
    while not one.done and one.world.time_s < until_s:
        now_s = one.world.time_s
        curvature = ours.act(one.world.observe(frames=False)).curvature_1pm
        valid = now_s < valid_until_s
        one.step(LateralCommand(now_s, now_s, curvature if valid else 0.0, 0.0, valid))
    return one


def test_a_drive_that_is_steered_to_the_end_passes() -> None:
    one = driven(ride(), until_s=1e9)
    assert one.done
    assert one.passed
    assert one.unsteered_steps == 0
    assert one.distance_m > 50.0


def test_who_needed_the_driver_has_not_passed_but_is_still_on_the_road() -> None:
    one = driven(ride(), until_s=1e9, valid_until_s=6.0)
    assert one.done
    assert not one.passed
    assert 'the driver had to steer for' in one.verdict
    assert abs(one.world.log.position_error_m[-1]) < 0.6, 'the driver drives on'


def test_a_command_out_of_the_world_is_obeyed_not_improved() -> None:
    one = ride()
    while not one.done and one.world.time_s < 6.0:
        now_s = one.world.time_s
        one.step(LateralCommand(now_s, now_s, 0.02, 0.0, valid=True))
    assert not one.passed
    assert one.world.log.commanded_curvature_1pm[5] == pytest.approx(0.02)


def test_the_driver_needs_a_moment() -> None:
    one = driven(ride(), until_s=3.0)
    before = one.world.ego.curvature_1pm
    one.step(None)
    assert not one.steered
    assert one.world.log.commanded_curvature_1pm[-2] == pytest.approx(before)


def test_no_verdict_without_an_end() -> None:
    one = driven(ride(), until_s=2.0)
    assert not one.done
    assert not one.passed
