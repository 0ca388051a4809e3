# SPDX-License-Identifier: Apache-2.0
"""One vehicle of the traffic: it follows its lane, whoever is ahead, and its behaviour."""

import math
from dataclasses import dataclass

from wpt_core.geometry import Path
from wpt_core.types import Pose2
from wpt_sim.scene import Actor, Kind, Lights, Size
from wpt_sim.traffic.behaviour import Behaviour, BrakeHard, ChangeLane, CutIn, Stand
from wpt_sim.traffic.body import Band, Body, gap_ahead_m, is_free, nearest_ahead
from wpt_sim.traffic.curve_speed import CurveSpeed
from wpt_sim.traffic.idm import CarFollowing, following_acceleration
from wpt_sim.traffic.shift import LateralOffset, LateralShift

__all__ = ['Looks', 'Seen', 'Vehicle']

_SIGNAL_S = 1.5
"""Indicator before a lane change that has manners."""
_CUT_SIGNAL_S = 0.4
_BLINK_HZ = 1.5
_BRAKE_LAMP_MPS2 = -0.7
_WHEEL_RADIUS_M = 0.32
_PACED_M = 3.0
_WAITING_MPS = 0.5
_BEHIND_M = 15.0
"""Nearer than this and slow, the ego waits behind."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What stays the same about a body."""

    instance: int
    kind: Kind
    size: Size
    paint_seed: int
    head_lamps: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What everybody on the road knows."""

    time_s: float
    ego: Body
    bodies: tuple[Body, ...]
    """All, the ego included."""


class Vehicle:
    """Driven along the reference line (`direction` 1) or against it (-1), stepped in place."""

    def __init__(
        self,
        looks: Looks,
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
        self.looks = looks
        self.behaviour = behaviour
        self.direction = direction
        self.style = style
        self._lane_offsets_m = lane_offsets_m
        self._curve_speed = curve_speed
        self._way_m = s_m * direction
        self._lane_m = offset_m
        self._shift: LateralShift | None = None
        self._wanted_mps = speed_mps
        self._speed_mps = (
            0.0 if isinstance(behaviour, Stand) else min(speed_mps, curve_speed.at(s_m, direction))
        )
        self._acceleration_mps2 = 0.0
        self._waited_s = 0.0
        self._fired: tuple[float, float] | None = None
        """When the behaviour set in, and the speed then."""
        self._time_s = 0.0
        self._rolled_m = 0.0

    @property
    def s_m(self) -> float:
        return self._way_m * self.direction

    @property
    def sideways(self) -> LateralOffset:
        """Offset, slope and bend against the reference line, along the vehicle's own way."""
        if self._shift is None:
            return LateralOffset(self._lane_m, 0.0, 0.0)
        moved = self._shift.at(self._way_m)
        return LateralOffset(self._lane_m + moved.offset_m, moved.slope, moved.curvature_1pm)

    def body(self) -> Body:
        sideways, size = self.sideways, self.looks.size
        return Body(
            self.looks.instance,
            self.looks.kind,
            self.s_m,
            sideways.offset_m,
            self._speed_mps * self.direction,
            self._speed_mps * sideways.slope,
            size.length_m / 2,
            size.width_m / 2,
            self._acceleration_mps2 * self.direction,
        )

    def step(self, seen: Seen, dt_s: float, *, line: Path) -> None:
        """Look around, decide, and drive on for `dt_s`."""
        self._time_s = seen.time_s
        me = self.body()
        if isinstance(self.behaviour, Stand) and not self._released(me, seen, dt_s):
            self._acceleration_mps2 = 0.0
            return
        self._start_move(me, seen)
        asked = self._special_push(me, seen)
        if asked is None:
            asked = self._following_push(me, seen)
        was_mps = self._speed_mps
        self._speed_mps = max(was_mps + asked * dt_s, 0.0)
        self._acceleration_mps2 = (self._speed_mps - was_mps) / dt_s
        self._roll(0.5 * (was_mps + self._speed_mps) * dt_s, line)

    def _roll(self, rolled_m: float, line: Path) -> None:
        bend = float(line.curvature_at(self.s_m))
        stretch = max(1.0 - self.sideways.offset_m * bend, 0.2)
        self._way_m += rolled_m / math.hypot(stretch, self.sideways.slope)
        self._rolled_m += rolled_m
        if self._shift is not None and self._way_m > self._shift.end_m:
            self._lane_m += self._shift.by_m
            self._shift = None

    def _following_push(self, me: Body, seen: Seen) -> float:
        to_m = self._lane_m + (self._shift.by_m if self._shift else 0.0)
        band = Band.swept(me.offset_m, to_m, half_width_m=me.half_width_m)
        found = nearest_ahead(me, seen.bodies, direction=self.direction, band=band)
        lead = found[1] if found else None
        push = following_acceleration(
            self._speed_mps, self._wanted_mps, lead=lead, style=self.style
        )
        return min(push, self._curve_speed.push(self.s_m, self._speed_mps, self.direction))

    def _special_push(self, me: Body, seen: Seen) -> float | None:
        """What the behaviour asks for instead of following; None when it asks for nothing."""
        behaviour = self.behaviour
        if isinstance(behaviour, CutIn) and self._fired is None:
            gap_m = gap_ahead_m(seen.ego, me, self.direction)
            ego_mps = seen.ego.along_mps * self.direction
            pace = 0.3 * (behaviour.lead_m - gap_m) + 0.9 * (ego_mps - self._speed_mps)
            return min(max(pace, -3.0), 2.5)
        if isinstance(behaviour, BrakeHard) and self._fired is not None:
            fired_s, from_mps = self._fired
            over_s = fired_s + from_mps / behaviour.braking_mps2 + behaviour.stand_s
            if seen.time_s < over_s:
                return -behaviour.braking_mps2
        return None

    def _released(self, me: Body, seen: Seen, dt_s: float) -> bool:
        """Whether someone who stands drives on, because the ego has waited long enough."""
        patience_s = self.behaviour.patience_s if isinstance(self.behaviour, Stand) else 0.0
        gap_m = gap_ahead_m(seen.ego, me, self.direction)
        if 0.0 < gap_m < _BEHIND_M and abs(seen.ego.along_mps) < _WAITING_MPS:
            self._waited_s += dt_s
        return patience_s is not None and self._waited_s >= patience_s

    def _start_move(self, me: Body, seen: Seen) -> None:
        """Let the behaviour set in once its time has come."""
        behaviour = self.behaviour
        if self._fired is not None or not isinstance(behaviour, BrakeHard | CutIn | ChangeLane):
            return
        gap_m = gap_ahead_m(seen.ego, me, self.direction)
        if seen.time_s < behaviour.after_s:
            return
        if isinstance(behaviour, BrakeHard):
            if gap_m > behaviour.within_m:
                return
        elif isinstance(behaviour, CutIn):
            if abs(gap_m - behaviour.lead_m) > _PACED_M:
                return
            ego_mps = seen.ego.along_mps * self.direction
            self._wanted_mps = max(ego_mps - behaviour.slower_by_mps, 3.0)
            self._move_over(behaviour.to_lane, behaviour.over_s, signal_s=_CUT_SIGNAL_S)
        else:
            to_m = self._lane_offsets_m[behaviour.to_lane]
            band = Band.swept(to_m, to_m, half_width_m=me.half_width_m)
            others = seen.bodies
            if not is_free(me, others, direction=self.direction, band=band, style=self.style):
                return
            self._move_over(behaviour.to_lane, behaviour.over_s, signal_s=_SIGNAL_S)
        self._fired = (seen.time_s, self._speed_mps)

    def _move_over(self, to_lane: int, over_s: float, *, signal_s: float) -> None:
        by_m = self._lane_offsets_m[to_lane] - self._lane_m
        pace_mps = max(self._speed_mps, 3.0)
        start_m = self._way_m + signal_s * pace_mps
        self._shift = LateralShift(start_m, over_s * pace_mps, by_m)

    def actor(self, line: Path) -> Actor:
        """The vehicle as others see it."""
        sideways = self.sideways
        at = line.pose_at(self.s_m)
        bend = float(line.curvature_at(self.s_m))
        stretch = max(1.0 - sideways.offset_m * bend, 0.2)
        turned = math.atan2(sideways.slope * self.direction, stretch)
        yaw = at.yaw_rad + turned + (math.pi if self.direction < 0 else 0.0)
        x_m = at.x_m - sideways.offset_m * math.sin(at.yaw_rad)
        y_m = at.y_m + sideways.offset_m * math.cos(at.yaw_rad)
        velocity = (self._speed_mps * math.cos(yaw), self._speed_mps * math.sin(yaw))
        turning = self.direction * (bend / stretch + sideways.curvature_1pm)
        return Actor(
            self.looks.instance,
            self.looks.kind,
            Pose2(x_m, y_m, yaw),
            self.looks.size,
            velocity,
            yaw_rate_radps=self._speed_mps * turning,
            lights=self._lights(),
            paint_seed=self.looks.paint_seed,
            phase_rad=(self._rolled_m / _WHEEL_RADIUS_M) % (2.0 * math.pi),
        )

    def _lights(self) -> Lights:
        parked = isinstance(self.behaviour, Stand) and self._rolled_m == 0.0
        lit = (self._time_s * _BLINK_HZ) % 1.0 < 0.5
        side = 0.0 if self._shift is None else self._shift.by_m * self.direction
        return Lights(
            brake=not parked
            and (self._acceleration_mps2 < _BRAKE_LAMP_MPS2 or self._speed_mps < 0.05),
            left_indicator=lit and (side > 0.0 or parked),
            right_indicator=lit and (side < 0.0 or parked),
            head=self.looks.head_lamps,
        )
