# SPDX-License-Identifier: Apache-2.0
"""The privileged driver: it reads road, car and traffic from the world."""

from dataclasses import replace

from wpt_core.types import Action, Observation
from wpt_sim.drive import STEP_S, World
from wpt_sim.drivers.acceleration import EXPERT_STYLE, approach_speed, choose_acceleration
from wpt_sim.drivers.driver import PrivilegedKind
from wpt_sim.drivers.passing import PassPlan, is_clear, plan_pass
from wpt_sim.drivers.tracker import Tracker
from wpt_sim.traffic import Band, Body, LateralShift, Lead, TargetLine, is_free

__all__ = ['EXPERT', 'Expert']

_CHANGE_S = 4.2
_LEAST_CHANGE_M = 25.0
_WAITING_SLOWER_MPS = 1.5
_FORESIGHT_S = 0.8
"""Braking takes effect late, so it starts this much earlier."""
_PASSING_MPS = 9.0
_CONSIDER_S = 6.0
_CONSIDER_M = 25.0
_STANDOFF_M = 12.0
"""Room to pull out, kept to an obstacle while waiting."""
_JERK_MPS3 = 2.5
_BRAKING_JERK_MPS3 = 3.5
_EMERGENCY_MPS2 = 3.5
_EMERGENCY_JERK_MPS3 = 15.0


class Expert:
    """Keeps the human-like lane position, changes lane into gaps, passes obstacles or waits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lane = world.lane
        self._line = TargetLine(world.road.lane_offset(world.lane), world.lane_position)
        self._tracker = Tracker(world.road.reference, world.parameters)
        self._acceleration_mps2 = 0.0
        self._pass_plan: PassPlan | None = None

    @property
    def line(self) -> TargetLine:
        """The planned line."""
        return self._line

    @property
    def passing(self) -> bool:
        """Whether it is passing an obstacle."""
        return self._pass_plan is not None

    def act(self, observation: Observation) -> Action:
        world = self._world
        acceleration_mps2 = self.decide(observation)
        curvature = self._tracker.steer(
            world.ego,
            self._line,
            s_m=world.road_position.s_m,
            offset_m=world.road_position.offset_m,
        )
        return Action(curvature, acceleration_mps2)

    def decide(self, observation: Observation) -> float:
        """Update the target line where necessary and return the acceleration."""
        world = self._world
        bodies, position = world.bodies, world.road_position
        # Plan with the width along the line, not with the current heading error.
        ego = replace(world.ego_body, half_width_m=world.parameters.width_m / 2)
        self._line.drop_passed(position.s_m)
        if self._pass_plan is not None and position.s_m > self._pass_plan.to_m:
            self._pass_plan = None
        set_mps = observation.set_speed_mps
        if not self._change_lane(ego, bodies):
            set_mps -= _WAITING_SLOWER_MPS
        standoff = self._pass_obstacle(ego, bodies)
        if self._pass_plan is not None:
            start_m = self._pass_plan.start_m(_PASSING_MPS) - _FORESIGHT_S * ego.along_mps
            set_mps = min(set_mps, approach_speed(start_m - position.s_m, _PASSING_MPS))
        acceleration_mps2 = choose_acceleration(
            ego, bodies, self._line, set_mps=max(set_mps, 1.0), standoff=standoff
        )
        acceleration_mps2 = min(
            acceleration_mps2, world.curve_speed.acceleration_limit(position.s_m, ego.along_mps)
        )
        return self._smoothed(acceleration_mps2)

    def _change_lane(self, ego: Body, bodies: tuple[Body, ...]) -> bool:
        """Start a commanded lane change if there is a gap; return False while it is pending."""
        world = self._world
        if world.lane == self._lane:
            return True
        to_m = world.road.lane_offset(world.lane)
        band = Band.swept(to_m, to_m, half_width_m=ego.half_width_m)
        if self._line.shifting or not is_free(
            ego, bodies, direction=1, band=band, style=EXPERT_STYLE
        ):
            return False
        length_m = max(_CHANGE_S * ego.along_mps, _LEAST_CHANGE_M)
        start_m = world.road_position.s_m + ego.along_mps * world.parameters.steering_delay_s
        self._line.add(LateralShift(start_m, length_m, to_m - world.road.lane_offset(self._lane)))
        self._lane = world.lane
        return True

    def _pass_obstacle(self, ego: Body, bodies: tuple[Body, ...]) -> Lead | None:
        """Start passing an obstacle, or return where to wait for it."""
        if self._line.shifting:
            return None
        plan = plan_pass(ego, bodies, self._line, road=self._world.road)
        if plan is None or plan.from_m - ego.s_m > _CONSIDER_S * ego.along_mps + _CONSIDER_M:
            return None
        if is_clear(plan, ego, bodies, self._line, style=EXPERT_STYLE):
            for shift in plan.shifts(
                self._world.road_position.s_m, min(ego.along_mps, _PASSING_MPS)
            ):
                self._line.add(shift)
            self._pass_plan = plan
            return None
        return Lead(plan.from_m - ego.s_m - _STANDOFF_M + EXPERT_STYLE.standing_gap_m, 0.0)

    def _smoothed(self, acceleration_mps2: float) -> float:
        """Limit the jerk for comfort, except in an emergency."""
        down = _EMERGENCY_JERK_MPS3 if acceleration_mps2 < -_EMERGENCY_MPS2 else _BRAKING_JERK_MPS3
        low, high = (
            self._acceleration_mps2 - down * STEP_S,
            self._acceleration_mps2 + _JERK_MPS3 * STEP_S,
        )
        self._acceleration_mps2 = min(max(acceleration_mps2, low), high)
        return self._acceleration_mps2


EXPERT = PrivilegedKind(
    'expert', 'privileged: reads road, car and traffic from the simulator', Expert
)
