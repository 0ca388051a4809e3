# SPDX-License-Identifier: Apache-2.0
"""48 short drives from start to finish, four for each of twelve abilities."""

from wpt_sim.scenario import Scenario
from wpt_sim.suites.routes_hazard import HAZARD_ROUTES
from wpt_sim.suites.routes_look import LOOK_ROUTES
from wpt_sim.suites.routes_road import ROAD_ROUTES
from wpt_sim.suites.routes_traffic import TRAFFIC_ROUTES

__all__ = ['ROUTES']

ROUTES: tuple[Scenario, ...] = (
    *ROAD_ROUTES,
    *TRAFFIC_ROUTES,
    *HAZARD_ROUTES,
    *LOOK_ROUTES,
)
