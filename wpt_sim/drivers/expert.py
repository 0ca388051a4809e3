# SPDX-License-Identifier: Apache-2.0
"""The privileged driver: it knows road, car and traffic, and drives as a good driver would."""

from dataclasses import replace

from wpt_core.types import Action, Observation
from wpt_sim.drive import STEP_S, World
from wpt_sim.drivers.driver import PrivilegedKind
from wpt_sim.drivers.line import TargetLine
from wpt_sim.drivers.pace import EXPERT_STYLE, approach_speed, pace
from wpt_sim.drivers.passing import Pass, find_pass, is_clear
from wpt_sim.drivers.steering import Tracker
from wpt_sim.traffic import Band, Body, LateralShift, Lead, is_free

__all__ = ['EXPERT', 'Expert']

_CHANGE_S = 4.2
_LEAST_CHANGE_M = 25.0
_WAITING_SLOWER_MPS = 1.5
_FORESIGHT_S = 0.8
"""One slows down late, so one begins early."""
_PASSING_MPS = 9.0
_CONSIDER_S = 6.0
_CONSIDER_M = 25.0
_STANDOFF_M = 12.0
"""Left in front of an obstacle while waiting, to pull out in."""
_JERK_MPS3 = 2.5
_BRAKING_JERK_MPS3 = 3.5
_EMERGENCY_MPS2 = 3.5
_EMERGENCY_JERK_MPS3 = 15.0


class Expert:
    """Keeps its lane as people do, changes it when told and there is a gap, passes or waits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lane = world.lane
        self._line = TargetLine(world.road.lane_offset(world.lane), world.lane_position)
        self._tracker = Tracker(world.road.reference, world.parameters)
        self._asked_mps2 = 0.0
        self._pass: Pass | None = None

    @property
    def line(self) -> TargetLine:
        """Where it means to drive, as decided so far."""
        return self._line

    @property
    def passing(self) -> bool:
        """Whether it swerves round somebody."""
        return self._pass is not None

    def act(self, seen: Observation) -> Action:
        world = self._world
        asked_mps2 = self.decide(seen)
        curvature = self._tracker.steer(
            world.ego,
            self._line,
            s_m=world.road_position.s_m,
            offset_m=world.road_position.offset_m,
        )
        return Action(curvature, asked_mps2)

    def decide(self, seen: Observation) -> float:
        """Look round, choose the line anew where that is due, and return the acceleration."""
        world = self._world
        bodies, place = world.bodies, world.road_position
        # Planned with its width along the line, not as it stands askew at the moment.
        me = replace(world.ego_body, half_width_m=world.parameters.width_m / 2)
        self._line.drop_passed(place.s_m)
        if self._pass is not None and place.s_m > self._pass.to_m:
            self._pass = None
        set_mps = seen.set_speed_mps
        if not self._change_lane(me, bodies):
            set_mps -= _WAITING_SLOWER_MPS
        standoff = self._pass_obstacle(me, bodies)
        if self._pass is not None:
            start_m = self._pass.start_m(_PASSING_MPS) - _FORESIGHT_S * me.along_mps
            set_mps = min(set_mps, approach_speed(start_m - place.s_m, _PASSING_MPS))
        asked = pace(me, bodies, self._line, set_mps=max(set_mps, 1.0), standoff=standoff)
        asked = min(asked, world.curve_speed.push(place.s_m, me.along_mps))
        return self._smoothed(asked)

    def _change_lane(self, me: Body, bodies: tuple[Body, ...]) -> bool:
        """Begin a change that the route asks for; whether nothing is left to begin."""
        world = self._world
        if world.lane == self._lane:
            return True
        to_m = world.road.lane_offset(world.lane)
        band = Band.swept(to_m, to_m, half_width_m=me.half_width_m)
        if self._line.shifting or not is_free(
            me, bodies, direction=1, band=band, style=EXPERT_STYLE
        ):
            return False
        length_m = max(_CHANGE_S * me.along_mps, _LEAST_CHANGE_M)
        start_m = world.road_position.s_m + me.along_mps * world.parameters.steering_delay_s
        self._line.add(LateralShift(start_m, length_m, to_m - world.road.lane_offset(self._lane)))
        self._lane = world.lane
        return True

    def _pass_obstacle(self, me: Body, bodies: tuple[Body, ...]) -> Lead | None:
        """Begin to swerve round what stands in the way, or say where to wait."""
        if self._line.shifting:
            return None
        plan = find_pass(me, bodies, self._line, road=self._world.road)
        if plan is None or plan.from_m - me.s_m > _CONSIDER_S * me.along_mps + _CONSIDER_M:
            return None
        if is_clear(plan, me, bodies, self._line, style=EXPERT_STYLE):
            for shift in plan.shifts(
                self._world.road_position.s_m, min(me.along_mps, _PASSING_MPS)
            ):
                self._line.add(shift)
            self._pass = plan
            return None
        return Lead(plan.from_m - me.s_m - _STANDOFF_M + EXPERT_STYLE.standing_gap_m, 0.0)

    def _smoothed(self, asked_mps2: float) -> float:
        """Not faster than passengers like, unless it matters."""
        down = _EMERGENCY_JERK_MPS3 if asked_mps2 < -_EMERGENCY_MPS2 else _BRAKING_JERK_MPS3
        low, high = self._asked_mps2 - down * STEP_S, self._asked_mps2 + _JERK_MPS3 * STEP_S
        self._asked_mps2 = min(max(asked_mps2, low), high)
        return self._asked_mps2


EXPERT = PrivilegedKind('expert', 'privileged: knows road, car and traffic exactly', Expert)
