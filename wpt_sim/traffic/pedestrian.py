# SPDX-License-Identifier: Apache-2.0
"""A pedestrian: walks along the road, or across it in front of the ego."""

import math

from wpt_core.geometry import Path
from wpt_core.types import Pose2
from wpt_sim.scene import Actor
from wpt_sim.traffic.behaviour import Cross, Walk
from wpt_sim.traffic.body import Band, Body, nearest_ahead
from wpt_sim.traffic.vehicle import ActorTraits, TrafficState

__all__ = ['Pedestrian']

_STRIDE_M = 1.4
"""Two steps."""
_NEAR_EGO_M = 10.0
"""An ego within this distance is near at any speed."""
_CLEAR_M = 0.7
"""Least distance to the side of a vehicle."""


class Pedestrian:
    """Walks along the reference line (`direction` 1 or -1) or across it, stepped in place."""

    def __init__(
        self,
        traits: ActorTraits,
        behaviour: Walk | Cross,
        *,
        s_m: float,
        offset_m: float,
        direction: int,
        speed_mps: float,
        far_side_m: float,
    ) -> None:
        self.traits = traits
        self.behaviour = behaviour
        self.direction = direction
        self.s_m = s_m
        self._offset_m = offset_m
        self._speed_mps = speed_mps
        self._far_side_m = far_side_m
        """Offset at which a crossing is over."""
        self._started = False
        self._along_mps = 0.0
        self._across_mps = 0.0
        self._walked_m = 0.0

    def body(self) -> Body:
        half_m = self.traits.size.width_m / 2
        return Body(
            self.traits.instance,
            self.traits.kind,
            self.s_m,
            self._offset_m,
            self._along_mps,
            self._across_mps,
            half_m,
            half_m,
        )

    def step(self, state: TrafficState, dt_s: float, *, line: Path) -> None:
        """Walk for `dt_s`, or wait."""
        self._along_mps = self._across_mps = 0.0
        if isinstance(self.behaviour, Walk):
            self._along_mps = (
                0.0 if self._blocked_along(state) else self._speed_mps * self.direction
            )
        elif self._crossing(state) and not self._blocked_across(state):
            side = math.copysign(1.0, self._far_side_m - self._offset_m)
            self._across_mps = side * self._speed_mps
        stretch = max(1.0 - self._offset_m * float(line.curvature_at(self.s_m)), 0.2)
        self.s_m += self._along_mps * dt_s / stretch
        self._offset_m += self._across_mps * dt_s
        self._walked_m += math.hypot(self._along_mps, self._across_mps) * dt_s

    def _crossing(self, state: TrafficState) -> bool:
        """Return whether the crossing is in progress; it starts when the ego is near."""
        assert isinstance(self.behaviour, Cross)
        gap_m = abs(self.s_m - state.ego.s_m) - state.ego.half_length_m
        approaching = (self.s_m - state.ego.s_m) * state.ego.along_mps >= 0.0
        near_m = max(abs(state.ego.along_mps) * self.behaviour.when_s, _NEAR_EGO_M)
        self._started = self._started or (approaching and gap_m < near_m)
        return self._started and abs(self._far_side_m - self._offset_m) > 0.1

    def _blocked_across(self, state: TrafficState) -> bool:
        """Return whether a vehicle blocks the next step."""
        side = math.copysign(1.0, self._far_side_m - self._offset_m)
        for other in state.bodies:
            beside = abs(other.s_m - self.s_m) < other.half_length_m + 0.5
            clear_m = (other.offset_m - self._offset_m) * side - other.half_width_m
            if other.instance != self.traits.instance and beside and 0.0 < clear_m < _CLEAR_M:
                return True
        return False

    def _blocked_along(self, state: TrafficState) -> bool:
        own = self.body()
        band = Band.swept(own.offset_m, own.offset_m, half_width_m=own.half_width_m)
        found = nearest_ahead(own, state.bodies, direction=self.direction, band=band)
        return found is not None and found[1].gap_m < _CLEAR_M

    def actor(self, line: Path) -> Actor:
        """Return the pedestrian as an actor of the scene."""
        at = line.pose_at(self.s_m)
        cos, sin = math.cos(at.yaw_rad), math.sin(at.yaw_rad)
        if isinstance(self.behaviour, Cross):
            turned = math.copysign(math.pi / 2, self._far_side_m - self._offset_m)
        else:
            turned = 0.0 if self.direction > 0 else math.pi
        return Actor(
            self.traits.instance,
            self.traits.kind,
            Pose2(
                at.x_m - self._offset_m * sin, at.y_m + self._offset_m * cos, at.yaw_rad + turned
            ),
            self.traits.size,
            (
                self._along_mps * cos - self._across_mps * sin,
                self._along_mps * sin + self._across_mps * cos,
            ),
            paint_seed=self.traits.paint_seed,
            phase_rad=(2.0 * math.pi * self._walked_m / _STRIDE_M) % (2.0 * math.pi),
        )
