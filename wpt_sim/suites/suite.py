# SPDX-License-Identifier: Apache-2.0
"""The suites, look-up by name, and their Markdown tables."""

import math
from dataclasses import dataclass

from wpt_core.files import markdown_table
from wpt_core.metrics import LANE_CENTRE_RULE, LANE_CHANGE_RULE
from wpt_core.types import unknown_name
from wpt_sim.scenario import Scenario
from wpt_sim.suites.lane_centre import LANE_CENTRE
from wpt_sim.suites.lane_change import LANE_CHANGE
from wpt_sim.suites.routes_hazard import HAZARD_ROUTES
from wpt_sim.suites.routes_look import LOOK_ROUTES
from wpt_sim.suites.routes_road import ROAD_ROUTES
from wpt_sim.suites.routes_traffic import TRAFFIC_ROUTES

__all__ = ['SUITES', 'Suite', 'find_scenario', 'find_suite', 'suite_section']


@dataclass(frozen=True, slots=True)
class Suite:
    """Scenarios with one pass rule."""

    name: str
    rule: str
    """Pass rule in one sentence."""
    scenarios: tuple[Scenario, ...]


SUITES = (
    Suite(
        'lane_centre',
        f'settles within {LANE_CENTRE_RULE.offset_m:g} m of the human-like lane position and '
        f'{math.degrees(LANE_CENTRE_RULE.heading_rad):g}° within '
        f'{LANE_CENTRE_RULE.settle_within_s:g} s and stays there to the end, and no wheel is '
        f'outside the lane after the first {LANE_CENTRE_RULE.wheels_free_s:g} s',
        LANE_CENTRE,
    ),
    Suite(
        'lane_change',
        f'is within {LANE_CHANGE_RULE.offset_m:g} m of the centre of the new lane within '
        f'{LANE_CHANGE_RULE.settle_within_s:g} s of the command and stays there to the end, '
        'without a collision and without a wheel in any further lane',
        LANE_CHANGE,
    ),
    Suite(
        'routes',
        'reaches the finish in time, on the road and without a collision; a collision or leaving '
        'the road ends the drive, and the driving score is the share of the route times the '
        'penalties',
        (*ROAD_ROUTES, *TRAFFIC_ROUTES, *HAZARD_ROUTES, *LOOK_ROUTES),
    ),
)


def find_suite(name: str) -> Suite:
    """Return the suite of this name. Raise InputError with the known names otherwise."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise unknown_name('suite', name, (suite.name for suite in SUITES))


def find_scenario(suite: Suite, name: str) -> Scenario:
    """Return the scenario of this name. Raise InputError with the known names otherwise."""
    for scenario in suite.scenarios:
        if scenario.name == name:
            return scenario
    known = (scenario.name for scenario in suite.scenarios)
    raise unknown_name('scenario', name, known, where=f' in suite {suite.name}')


def suite_section(suite: Suite) -> str:
    """Return the suite as a section of a Markdown page."""
    heads = ('scenario', 'ability', 'what happens')
    rows = [(f'`{s.name}`', s.ability.value, s.summary) for s in suite.scenarios]
    head = f'## `{suite.name}` ({len(suite.scenarios)})\n\nPasses when it {suite.rule}.\n\n'
    return head + markdown_table(heads, rows, aligned=False)
