# SPDX-License-Identifier: Apache-2.0
"""Drives known to be good and drives known to be bad get the verdicts they deserve."""

from dataclasses import replace

import numpy as np
import pytest

from wpt_core.metrics import PENALTIES, Infraction, suite_score
from wpt_core.types import Action, Observation
from wpt_sim.drive import World
from wpt_sim.drivers import EXPERT, STRAIGHT, Driver, DriverKind, PrivilegedKind, make_driver
from wpt_sim.randomness import exactly
from wpt_sim.scenario import Ability, Scenario
from wpt_sim.scene import Kind
from wpt_sim.suites import SUITES, Suite, find_scenario, find_suite, run_scenario, run_suite

ROUTES = find_suite('routes')


class Asleep:
    """Brakes to a stop at once."""

    def act(self, _seen: Observation) -> Action:
        return Action(0.0, -4.0)


ASLEEP = DriverKind('asleep', 'brakes', Asleep)


def test_a_route_not_finished_in_time_fails_without_a_factor() -> None:
    outcome = run_scenario(find_scenario(ROUTES, 'keeping_city'), ASLEEP, 0)
    assert outcome.route.infractions == ()
    share = outcome.log.s_m.max() / 280.0
    assert outcome.route.score == pytest.approx(100.0 * share)
    assert not outcome.route.success
    assert not outcome.passed
    assert outcome.verdict.reasons[0].endswith('then time was over')


def test_efficiency_compares_with_whoever_else_drives_on_the_route() -> None:
    alone = run_scenario(find_scenario(ROUTES, 'keeping_city'), EXPERT, 0)
    assert alone.efficiency is None
    among = run_scenario(find_scenario(ROUTES, 'hard_brake_country'), EXPERT, 0)
    assert among.log.vehicles.all()
    speeds_mps = np.hypot(*np.moveaxis(among.log.tracks.velocities_mps[:, 0], -1, 0))
    assert among.efficiency == pytest.approx(
        among.log.speed_mps.mean() / speeds_mps.mean(), rel=0.5
    )
    lane = find_suite('lane_centre')
    assert run_scenario(lane.scenarios[0], STRAIGHT, 0).efficiency is None


class Blind(World):
    """Shows nobody to whoever drives in it; the others are there all the same."""

    @property
    def bodies(self) -> tuple[()]:
        return ()


def _blindfolded(world: World) -> Driver:
    world.__class__ = Blind
    return make_driver(EXPERT, world)


BLIND = PrivilegedKind('blind', 'the expert, not seeing others', _blindfolded)
COSTS = {
    Ability.STOPPED_VEHICLE: Infraction.VEHICLE,
    Ability.CUT_IN: Infraction.VEHICLE,
    Ability.HARD_BRAKE: Infraction.VEHICLE,
    Ability.OBSTACLE: None,
    Ability.PEDESTRIAN: Infraction.PEDESTRIAN,
}
DANGERS = [scenario for scenario in ROUTES.scenarios if scenario.ability in COSTS]


@pytest.mark.parametrize('scenario', DANGERS, ids=lambda scenario: scenario.name)
def test_whoever_does_not_look_hits_somebody_and_pays_for_it(scenario: Scenario) -> None:
    """The scenario really asks for its ability: without it, a perfect steering fails."""
    outcome = run_scenario(scenario, BLIND, 0)
    assert not outcome.passed
    (hit,) = outcome.route.infractions
    static = scenario.roles[0].kind in (Kind.CONE, Kind.BARRIER)
    standard = Infraction.STATIC if static else Infraction.VEHICLE
    assert hit is (COSTS[scenario.ability] or standard)
    assert outcome.log.gap_m[-1] == 0.0
    assert outcome.route.score == pytest.approx(100 * outcome.log.completion * PENALTIES[hit])


def test_a_lane_change_that_ends_before_the_command_fails_in_words() -> None:
    suite = find_suite('lane_change')
    early = replace(
        suite.scenarios[0], start=replace(suite.scenarios[0].start, heading_rad=exactly(-0.3))
    )
    outcome = run_scenario(early, STRAIGHT, 0)
    assert not outcome.passed
    assert 'before the command' in outcome.verdict.reasons[0]


def test_the_observer_sees_every_moment_once() -> None:
    times: list[float] = []
    outcome = run_scenario(
        find_scenario(ROUTES, 'tight_left'),
        STRAIGHT,
        0,
        observer=lambda world: times.append(world.time_s),
    )
    np.testing.assert_array_equal(times, outcome.log.time_s)


@pytest.mark.parametrize('suite', SUITES, ids=lambda suite: suite.name)
def test_straight_passes_next_to_nothing(suite: Suite) -> None:
    outcomes = list(run_suite(suite, STRAIGHT, 0))
    passed = sum(outcome.passed for outcome in outcomes)
    assert passed < 8 if suite is SUITES[0] else passed < len(outcomes) / 10


@pytest.mark.slow
@pytest.mark.parametrize('seed', [0, 1, 2])
@pytest.mark.parametrize(
    ('name', 'share'), [('lane_centre', 1), ('lane_change', 1), ('routes', 0.95)]
)
def test_the_expert_passes(name: str, share: float, seed: int) -> None:
    outcomes = list(run_suite(find_suite(name), EXPERT, seed))
    failed = {
        outcome.scenario.name: outcome.verdict.reasons
        for outcome in outcomes
        if not outcome.passed
    }
    assert len(failed) <= (1.0 - share) * len(outcomes), failed
    comfort = np.mean([outcome.comfort for outcome in outcomes])
    assert comfort > 0.97
    score = suite_score([o.route for o in outcomes], [o.scenario.name for o in outcomes])
    assert score.driving_score > 95.0
