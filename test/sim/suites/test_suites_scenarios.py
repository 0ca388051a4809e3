# SPDX-License-Identifier: Apache-2.0
"""The suites hold what they promise, for every seed."""

import math

import numpy as np
import pytest

from wpt_core.types import Command, InputError
from wpt_sim.drive import World
from wpt_sim.render.look import Daylight, Weather
from wpt_sim.scenario import START_S_M, Ability, Scenario
from wpt_sim.suites import SUITES, find_scenario, find_suite, suite_section

LANE_CENTRE = find_suite('lane_centre').scenarios
LANE_CHANGE = find_suite('lane_change').scenarios
ROUTES = find_suite('routes').scenarios
SEEDS = (0, 1, 2)


def ids(scenario: Scenario) -> str:
    return scenario.name


def test_as_many_as_promised_and_each_name_once() -> None:
    assert (len(LANE_CENTRE), len(LANE_CHANGE), len(ROUTES)) == (24, 20, 48)
    keys = [scenario.key for suite in SUITES for scenario in suite.scenarios]
    assert len(set(keys)) == len(keys)


def test_routes_ask_for_all_twelve_abilities_four_times() -> None:
    asked = [scenario.ability for scenario in ROUTES]
    expected = set(Ability) - {Ability.LANE_CHANGE}
    assert set(asked) == expected
    assert len(expected) == 12
    assert all(asked.count(ability) == 4 for ability in expected)


@pytest.mark.parametrize('scenario', LANE_CENTRE, ids=ids)
def test_lane_centre_stays_within_its_bounds(scenario: Scenario) -> None:
    for seed in SEEDS:
        world = World(scenario, seed)
        bends = world.road.lane_path(scenario.start.lane).curvatures_1pm
        sharpest = float(np.max(np.abs(bends)))
        assert 8.0 <= world.set_speed_mps <= 25.0
        assert world.set_speed_mps**2 * sharpest < 2.0
        if 'bend' in scenario.name:
            radius_m = 1.0 / np.max(np.abs(world.road.reference.curvatures_1pm))
            assert 60.0 - 1e-6 <= radius_m <= 400.0 + 1e-6
        start = world.log
        assert 0.3 < abs(start.offset_m[0] - start.lane_centre_m[0]) <= 0.8
        assert abs(start.heading_error_rad[0]) <= math.radians(3.0) + 1e-9


def test_bends_of_both_hands_in_equal_number() -> None:
    hands = [
        scenario.name.rsplit('_', 1)[1] for scenario in LANE_CENTRE if 'bend' in scenario.name
    ]
    assert len(hands) == 16
    assert hands.count('left') == hands.count('right') == 8
    for scenario in LANE_CENTRE:
        if 'bend' in scenario.name:
            bends = World(scenario, 0).road.reference.curvatures_1pm
            strongest = bends[np.argmax(np.abs(bends))]
            assert (strongest > 0.0) == scenario.name.endswith('left')


def test_lane_changes_are_to_both_sides_with_room_for_them() -> None:
    sides = [scenario.commands[0].command for scenario in LANE_CHANGE]
    assert sides.count(Command.CHANGE_LEFT) == sides.count(Command.CHANGE_RIGHT) == 10
    assert sum(bool(scenario.roles) for scenario in LANE_CHANGE) == 10
    for scenario in LANE_CHANGE:
        assert scenario.commands[0].at_s + 8.0 < scenario.duration_s
        World(scenario, 0)


@pytest.mark.parametrize('scenario', [s for suite in SUITES for s in suite.scenarios], ids=ids)
def test_the_road_reaches_beyond_the_drive(scenario: Scenario) -> None:
    world = World(scenario, 11)
    way_m = scenario.route_m or world.set_speed_mps * scenario.duration_s
    assert world.road.length_m > START_S_M + way_m + 100.0


@pytest.mark.parametrize('scenario', ROUTES, ids=ids)
def test_looks_fit_the_ability(scenario: Scenario) -> None:
    world = World(scenario, 1)
    look, wear = world.look, world.road.section.markings[0].wear
    assert (look.daylight is Daylight.NIGHT) == (scenario.ability is Ability.NIGHT)
    assert (look.weather is Weather.RAIN) == (scenario.ability is Ability.RAIN)
    assert (look.glare > 0.5) == (scenario.ability is Ability.GLARE)
    assert (wear > 0.5) == (scenario.ability is Ability.WORN_MARKINGS)
    assert bool(scenario.conditions.losses) == (scenario.ability is Ability.CAMERA_LOSS)


def test_a_seed_changes_all_that_a_scenario_leaves_open() -> None:
    scenario = find_scenario(find_suite('routes'), 'keeping_following')
    one, two = World(scenario, 0), World(scenario, 1)
    assert one.road.length_m != two.road.length_m
    assert one.look.seed != two.look.seed
    assert one.parameters != two.parameters
    assert one.set_speed_mps != two.set_speed_mps
    assert one.bodies[0].along_mps != two.bodies[0].along_mps
    assert one.log.offset_m[0] != two.log.offset_m[0]


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="suite: unknown name 'x'; expected one of lane_centre, "):
        find_suite('x')
    with pytest.raises(
        InputError, match=r"scenario: unknown name 'x' in suite routes; .*keeping_"
    ):
        find_scenario(find_suite('routes'), 'x')


def test_the_table_names_every_scenario_once() -> None:
    for suite in SUITES:
        table = suite_section(suite)
        assert suite.rule in table
        for scenario in suite.scenarios:
            assert table.count(f'`{scenario.name}`') == 1
