# SPDX-License-Identifier: Apache-2.0
"""A vehicle of the traffic: lane and car following, and its behaviour."""

import math
from dataclasses import dataclass

from wpt_core.geometry import Path
from wpt_core.types import Pose2
from wpt_sim.scene import Actor, Kind, Lights, Size
from wpt_sim.traffic.behaviour import Behaviour, BrakeHard, ChangeLane, CutIn, Stand
from wpt_sim.traffic.body import Band, Body, gap_ahead_m, is_free, nearest_ahead
from wpt_sim.traffic.curve_speed import CurveSpeed
from wpt_sim.traffic.idm import CarFollowing, following_acceleration
from wpt_sim.traffic.lateral import LateralOffset, LateralShift

__all__ = ['ActorTraits', 'TrafficState', 'Vehicle']

_SIGNAL_S = 1.5
"""Indicator time before an ordinary lane change."""
_CUT_SIGNAL_S = 0.4
_BLINK_HZ = 1.5
_BRAKE_LAMP_MPS2 = -0.7
_WHEEL_RADIUS_M = 0.32
_PACED_M = 3.0
_WAITING_MPS = 0.5
_BEHIND_M = 15.0
"""A slow ego within this distance waits behind."""


@dataclass(frozen=True, slots=True)
class ActorTraits:
    """Constant properties of an actor."""

    instance: int
    kind: Kind
    size: Size
    paint_seed: int
    head_lamps: bool = False


@dataclass(frozen=True, slots=True)
class TrafficState:
    """State of the traffic at the start of a step."""

    time_s: float
    ego: Body
    bodies: tuple[Body, ...]
    """All bodies with the ego."""


class Vehicle:
    """Driven along the reference line (`direction` 1) or against it (-1), stepped in place."""

    def __init__(
        self,
        traits: ActorTraits,
        behaviour: Behaviour,
        *,
        s_m: float,
        offset_m: float,
        lane_offsets_m: tuple[float, ...],
        direction: int,
        speed_mps: float,
        curve_speed: CurveSpeed,
        style: CarFollowing,
    ) -> None:
        self.traits = traits
        self.behaviour = behaviour
        self.direction = direction
        self.style = style
        self._lane_offsets_m = lane_offsets_m
        self._curve_speed = curve_speed
        self._travel_m = s_m * direction
        self._lane_m = offset_m
        self._shift: LateralShift | None = None
        self._desired_mps = speed_mps
        self._speed_mps = (
            0.0 if isinstance(behaviour, Stand) else min(speed_mps, curve_speed.at(s_m, direction))
        )
        self._acceleration_mps2 = 0.0
        self._waited_s = 0.0
        self._triggered: tuple[float, float] | None = None
        """Time at which the behaviour started, and the speed then."""
        self._time_s = 0.0
        self._rolled_m = 0.0

    @property
    def s_m(self) -> float:
        return self._travel_m * self.direction

    @property
    def lateral(self) -> LateralOffset:
        """Lateral offset, with derivatives in the direction of travel."""
        if self._shift is None:
            return LateralOffset(self._lane_m, 0.0, 0.0)
        shift = self._shift.at(self._travel_m)
        return LateralOffset(self._lane_m + shift.offset_m, shift.slope, shift.curvature_1pm)

    def body(self) -> Body:
        lateral, size = self.lateral, self.traits.size
        return Body(
            self.traits.instance,
            self.traits.kind,
            self.s_m,
            lateral.offset_m,
            self._speed_mps * self.direction,
            self._speed_mps * lateral.slope,
            size.length_m / 2,
            size.width_m / 2,
            self._acceleration_mps2 * self.direction,
        )

    def step(self, state: TrafficState, dt_s: float, *, line: Path) -> None:
        """Drive for `dt_s`."""
        self._time_s = state.time_s
        own = self.body()
        if isinstance(self.behaviour, Stand) and not self._released(own, state, dt_s):
            self._acceleration_mps2 = 0.0
            return
        self._start_behaviour(own, state)
        acceleration = self._behaviour_acceleration(own, state)
        if acceleration is None:
            acceleration = self._following_acceleration(own, state)
        was_mps = self._speed_mps
        self._speed_mps = max(was_mps + acceleration * dt_s, 0.0)
        self._acceleration_mps2 = (self._speed_mps - was_mps) / dt_s
        self._roll(0.5 * (was_mps + self._speed_mps) * dt_s, line)

    def _roll(self, rolled_m: float, line: Path) -> None:
        bend = float(line.curvature_at(self.s_m))
        stretch = max(1.0 - self.lateral.offset_m * bend, 0.2)
        self._travel_m += rolled_m / math.hypot(stretch, self.lateral.slope)
        self._rolled_m += rolled_m
        if self._shift is not None and self._travel_m > self._shift.end_m:
            self._lane_m += self._shift.by_m
            self._shift = None

    def _following_acceleration(self, own: Body, state: TrafficState) -> float:
        to_m = self._lane_m + (self._shift.by_m if self._shift else 0.0)
        band = Band.swept(own.offset_m, to_m, half_width_m=own.half_width_m)
        found = nearest_ahead(own, state.bodies, direction=self.direction, band=band)
        lead = found[1] if found else None
        acceleration = following_acceleration(
            self._speed_mps, self._desired_mps, lead=lead, style=self.style
        )
        return min(
            acceleration,
            self._curve_speed.acceleration_limit(self.s_m, self._speed_mps, self.direction),
        )

    def _behaviour_acceleration(self, own: Body, state: TrafficState) -> float | None:
        """Return the acceleration of the behaviour; None leaves it to car following."""
        behaviour = self.behaviour
        if isinstance(behaviour, CutIn) and self._triggered is None:
            gap_m = gap_ahead_m(state.ego, own, self.direction)
            ego_mps = state.ego.along_mps * self.direction
            acceleration = 0.3 * (behaviour.lead_m - gap_m) + 0.9 * (ego_mps - self._speed_mps)
            return min(max(acceleration, -3.0), 2.5)
        if isinstance(behaviour, BrakeHard) and self._triggered is not None:
            triggered_s, from_mps = self._triggered
            over_s = triggered_s + from_mps / behaviour.braking_mps2 + behaviour.stand_s
            if state.time_s < over_s:
                return -behaviour.braking_mps2
        return None

    def _released(self, own: Body, state: TrafficState, dt_s: float) -> bool:
        """Return whether a standing vehicle drives on, because the ego has waited long enough."""
        patience_s = self.behaviour.patience_s if isinstance(self.behaviour, Stand) else 0.0
        gap_m = gap_ahead_m(state.ego, own, self.direction)
        if 0.0 < gap_m < _BEHIND_M and abs(state.ego.along_mps) < _WAITING_MPS:
            self._waited_s += dt_s
        return patience_s is not None and self._waited_s >= patience_s

    def _start_behaviour(self, own: Body, state: TrafficState) -> None:
        """Start the behaviour if its conditions are met."""
        behaviour = self.behaviour
        if self._triggered is not None or not isinstance(
            behaviour, BrakeHard | CutIn | ChangeLane
        ):
            return
        gap_m = gap_ahead_m(state.ego, own, self.direction)
        if state.time_s < behaviour.after_s:
            return
        if isinstance(behaviour, BrakeHard):
            if gap_m > behaviour.within_m:
                return
        elif isinstance(behaviour, CutIn):
            if abs(gap_m - behaviour.lead_m) > _PACED_M:
                return
            ego_mps = state.ego.along_mps * self.direction
            self._desired_mps = max(ego_mps - behaviour.slower_by_mps, 3.0)
            self._change_lane(behaviour.to_lane, behaviour.over_s, signal_s=_CUT_SIGNAL_S)
        else:
            to_m = self._lane_offsets_m[behaviour.to_lane]
            band = Band.swept(to_m, to_m, half_width_m=own.half_width_m)
            others = state.bodies
            if not is_free(own, others, direction=self.direction, band=band, style=self.style):
                return
            self._change_lane(behaviour.to_lane, behaviour.over_s, signal_s=_SIGNAL_S)
        self._triggered = (state.time_s, self._speed_mps)

    def _change_lane(self, to_lane: int, over_s: float, *, signal_s: float) -> None:
        by_m = self._lane_offsets_m[to_lane] - self._lane_m
        shift_mps = max(self._speed_mps, 3.0)
        start_m = self._travel_m + signal_s * shift_mps
        self._shift = LateralShift(start_m, over_s * shift_mps, by_m)

    def actor(self, line: Path) -> Actor:
        """Return the vehicle as an actor of the scene."""
        lateral = self.lateral
        at = line.pose_at(self.s_m)
        bend = float(line.curvature_at(self.s_m))
        stretch = max(1.0 - lateral.offset_m * bend, 0.2)
        heading_rad = math.atan2(lateral.slope * self.direction, stretch)
        yaw = at.yaw_rad + heading_rad + (math.pi if self.direction < 0 else 0.0)
        x_m = at.x_m - lateral.offset_m * math.sin(at.yaw_rad)
        y_m = at.y_m + lateral.offset_m * math.cos(at.yaw_rad)
        velocity = (self._speed_mps * math.cos(yaw), self._speed_mps * math.sin(yaw))
        curvature_1pm = self.direction * (bend / stretch + lateral.curvature_1pm)
        return Actor(
            self.traits.instance,
            self.traits.kind,
            Pose2(x_m, y_m, yaw),
            self.traits.size,
            velocity,
            yaw_rate_radps=self._speed_mps * curvature_1pm,
            lights=self._lights(),
            paint_seed=self.traits.paint_seed,
            phase_rad=(self._rolled_m / _WHEEL_RADIUS_M) % (2.0 * math.pi),
        )

    def _lights(self) -> Lights:
        parked = isinstance(self.behaviour, Stand) and self._rolled_m == 0.0
        blink_on = (self._time_s * _BLINK_HZ) % 1.0 < 0.5
        side = 0.0 if self._shift is None else self._shift.by_m * self.direction
        return Lights(
            brake=not parked
            and (self._acceleration_mps2 < _BRAKE_LAMP_MPS2 or self._speed_mps < 0.05),
            left_indicator=blink_on and (side > 0.0 or parked),
            right_indicator=blink_on and (side < 0.0 or parked),
            head=self.traits.head_lamps,
        )
