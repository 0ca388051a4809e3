# SPDX-License-Identifier: Apache-2.0
"""Outcomes: the rule of a scenario applied to the log of a drive."""

from dataclasses import dataclass

import numpy as np

from wpt_core.metrics import (
    Finding,
    Infraction,
    LaneTrace,
    RouteOutcome,
    Verdict,
    comfort_score,
    driving_efficiency,
    judge_lane_centre,
    judge_lane_change,
)
from wpt_sim.drive import DriveLog, IncidentKind
from wpt_sim.road import Road
from wpt_sim.scenario import Rule, Scenario
from wpt_sim.scene import Kind

__all__ = ['Outcome', 'judge']

_INFRACTION_OF_KIND = {
    Kind.PEDESTRIAN: Infraction.PEDESTRIAN,
    Kind.CAR: Infraction.VEHICLE,
    Kind.VAN: Infraction.VEHICLE,
    Kind.TRUCK: Infraction.VEHICLE,
    Kind.BARRIER: Infraction.STATIC,
    Kind.CONE: Infraction.STATIC,
}
_COMFORT_STEP_S = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """The judged drive of one driver."""

    scenario: Scenario
    driver: str
    seed: int
    log: DriveLog
    verdict: Verdict
    route: RouteOutcome
    """Completion and infractions; without a route, completion is the share of the duration."""
    comfort: float
    """Share of comfortable two-second chunks, 0 to 1."""
    efficiency: float | None
    """Speed relative to other vehicles; None without a route or without others."""

    @property
    def passed(self) -> bool:
        return self.verdict.passed


def judge(scenario: Scenario, log: DriveLog, road: Road, *, driver: str, seed: int) -> Outcome:
    """Apply the scenario's rule."""
    route = _route_outcome(scenario, log)
    if scenario.rule is Rule.ROUTE:
        verdict = _judge_route(route, log)
    elif scenario.rule is Rule.LANE_CENTRE:
        verdict = judge_lane_centre(_trace(log, road, human=True))
    else:
        verdict = _judge_change(scenario, log, road)
    return Outcome(
        scenario, driver, seed, log, verdict, route, _comfort(log), _efficiency(scenario, log)
    )


def _route_outcome(scenario: Scenario, log: DriveLog) -> RouteOutcome:
    """Return completion and infractions for the driving score."""
    hits = [hit.body for hit in log.incidents_of(IncidentKind.COLLISION)]
    infractions = tuple(_INFRACTION_OF_KIND[body] for body in hits if body is not None)
    if scenario.route_m is None:
        completion = min(float(log.time_s[-1]) / scenario.duration_s, 1.0)
        return RouteOutcome(scenario.name, completion, infractions)
    return RouteOutcome(scenario.name, log.completion, infractions)


def _judge_route(route: RouteOutcome, log: DriveLog) -> Verdict:
    share = f'{100.0 * route.completion:.0f} % of the route'
    if log.incidents_of(IncidentKind.LEFT_ROAD):
        share += ', then off the road'
    if log.incidents_of(IncidentKind.TIMEOUT):
        share += ', then time was over'
    infractions = ', '.join(infraction.value for infraction in route.infractions)
    return Verdict(
        (
            Finding(bool(log.incidents_of(IncidentKind.FINISHED)), share),
            Finding(not route.infractions, infractions or 'no infraction'),
        )
    )


def _judge_change(scenario: Scenario, log: DriveLog, road: Road) -> Verdict:
    command_s = scenario.commands[0].at_s
    if log.time_s[-1] < command_s:
        return Verdict((Finding(False, f'ended at {log.time_s[-1]:.1f} s, before the command'),))
    hits = log.incidents_of(IncidentKind.COLLISION)
    return judge_lane_change(
        _trace(log, road, human=False),
        command_s=command_s,
        collision_s=hits[0].time_s if hits else None,
    )


def _trace(log: DriveLog, road: Road, *, human: bool) -> LaneTrace:
    """Return the drive against its target lane; `human`: against the human-like position in it.

    The lane change rule uses the centre of the new lane, and the borders of old and new lane.
    """
    lanes = [road.section.lanes[round(index)] for index in (log.lane[0], log.lane[-1])]
    left_m = max(lane.offset_m + lane.width_m / 2 for lane in lanes)
    right_m = min(lane.offset_m - lane.width_m / 2 for lane in lanes)
    aim_m = lanes[-1].offset_m + (log.human_offset_m if human else 0.0)
    return LaneTrace(
        times_s=log.time_s,
        offsets_m=log.offset_m - aim_m,
        heading_errors_rad=log.heading_error_rad,
        left_clearances_m=left_m - log.left_wheel_m,
        right_clearances_m=log.right_wheel_m - right_m,
    )


def _comfort(log: DriveLog) -> float:
    """Return the comfort at 10 Hz, as its bounds are published; 1 for drives below a second."""
    end_s = float(log.time_s[-1])
    if end_s < 1.0:
        return 1.0
    times_s = np.arange(round(end_s / _COMFORT_STEP_S) + 1) * _COMFORT_STEP_S
    times_s = times_s[times_s <= end_s + 1e-9]
    return comfort_score(log.motion.at(times_s)).chunk_share


def _efficiency(scenario: Scenario, log: DriveLog) -> float | None:
    """Return the efficiency relative to all vehicles of the scenario."""
    if scenario.route_m is None:
        return None
    present = log.tracks.present & log.vehicles
    speeds_mps = np.hypot(log.tracks.velocities_mps[..., 0], log.tracks.velocities_mps[..., 1])
    with np.errstate(invalid='ignore'):
        others_mps = (speeds_mps * present).sum(axis=1) / present.sum(axis=1)
    return driving_efficiency(log.s_m, log.speed_mps, others_mps, route_m=scenario.route_m)
