# SPDX-License-Identifier: Apache-2.0
"""All actors of a drive, stepped together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wpt_core.types import InputError
from wpt_sim.randomness import ZERO, Span
from wpt_sim.road import Road
from wpt_sim.scene import Actor, Kind, Size
from wpt_sim.traffic.behaviour import Behaviour, Cross, Follow, Walk
from wpt_sim.traffic.body import Body
from wpt_sim.traffic.curve_speed import CurveSpeed
from wpt_sim.traffic.idm import CarFollowing
from wpt_sim.traffic.pedestrian import Pedestrian
from wpt_sim.traffic.vehicle import ActorTraits, TrafficState, Vehicle

__all__ = ['Role', 'Traffic']

_SIZES = {
    Kind.CAR: ((4.0, 4.9), (1.72, 1.92), (1.40, 1.65)),
    Kind.VAN: ((5.0, 5.9), (1.95, 2.05), (2.0, 2.6)),
    Kind.TRUCK: ((7.5, 11.0), (2.40, 2.50), (3.0, 3.8)),
    Kind.PEDESTRIAN: ((0.45, 0.55), (0.50, 0.60), (1.55, 1.90)),
    Kind.BARRIER: ((1.8, 2.4), (0.4, 0.6), (0.8, 1.1)),
    Kind.CONE: ((0.36, 0.44), (0.36, 0.44), (0.7, 0.8)),
}
"""Smallest and largest length, width and height, m."""
_FOLLOW = Follow()
_VERGE_M = 1.0
"""How far beside the paved width a crossing ends."""
_LEAVES_M = 5.0
"""Within this distance of the ends of the road actors are removed."""


@dataclass(frozen=True, slots=True)
class Role:
    """One actor of a scenario: kind, start and behaviour."""

    kind: Kind
    ahead_m: Span
    """Distance along the road from the ego's start, negative behind it."""
    lane: int = 0
    offset_m: Span = ZERO
    """Offset from the centre of the lane, left of the reference line positive."""
    speed_mps: Span = ZERO
    behaviour: Behaviour = _FOLLOW


class Traffic:
    """Steps all actors in parallel: each decides on the state before the step."""

    def __init__(
        self,
        road: Road,
        roles: Sequence[Role],
        *,
        start_s_m: float,
        generator: np.random.Generator,
        head_lamps: bool = False,
    ) -> None:
        self._road = road
        self._curve_speed = CurveSpeed(road.reference)
        self._movers: list[Vehicle | Pedestrian] = [
            self._spawn(role, index + 1, start_s_m, generator, head_lamps)
            for index, role in enumerate(roles)
        ]

    def bodies(self) -> tuple[Body, ...]:
        """Return all actors in road coordinates."""
        return tuple(mover.body() for mover in self._movers)

    def actors(self) -> tuple[Actor, ...]:
        """Return all actors of the scene."""
        return tuple(mover.actor(self._road.reference) for mover in self._movers)

    def step(self, ego: Body, dt_s: float, *, time_s: float) -> None:
        """Step all actors by `dt_s`; actors at the ends of the road are removed."""
        state = TrafficState(time_s, ego, (*self.bodies(), ego))
        for mover in self._movers:
            mover.step(state, dt_s, line=self._road.reference)
        last_m = self._road.length_m - _LEAVES_M
        self._movers = [m for m in self._movers if _LEAVES_M < m.s_m < last_m]

    def _spawn(
        self,
        role: Role,
        instance: int,
        start_s_m: float,
        generator: np.random.Generator,
        head_lamps: bool,
    ) -> Vehicle | Pedestrian:
        lanes = self._road.section.lanes
        sizes = [float(generator.uniform(low, high)) for low, high in _SIZES[role.kind]]
        traits = ActorTraits(
            instance,
            role.kind,
            Size(*sizes),
            paint_seed=int(generator.integers(2**31)),
            head_lamps=head_lamps,
        )
        s_m = start_s_m + role.ahead_m.draw(generator)
        offset_m = self._road.lane_offset(role.lane) + role.offset_m.draw(generator)
        direction = 1 if lanes[role.lane].forward else -1
        speed_mps = role.speed_mps.draw(generator)
        time_gap_s = float(generator.uniform(1.1, 1.7))
        if not _LEAVES_M < s_m < self._road.length_m - _LEAVES_M:
            raise InputError(
                f'Role: ahead_m puts a {role.kind.value} at {s_m:.0f} m of a road of '
                f'{self._road.length_m:.0f} m; expected a place on the road.'
            )
        if isinstance(role.behaviour, Walk | Cross):
            return Pedestrian(
                traits,
                role.behaviour,
                s_m=s_m,
                offset_m=offset_m,
                direction=direction,
                speed_mps=speed_mps,
                far_side_m=self._far_side_m(offset_m),
            )
        return Vehicle(
            traits,
            role.behaviour,
            s_m=s_m,
            offset_m=offset_m,
            lane_offsets_m=tuple(lane.offset_m for lane in lanes),
            direction=direction,
            speed_mps=speed_mps,
            curve_speed=self._curve_speed,
            style=CarFollowing(time_gap_s=time_gap_s),
        )

    def _far_side_m(self, offset_m: float) -> float:
        section = self._road.section
        middle_m = 0.5 * (section.left_edge_m + section.right_edge_m)
        if offset_m < middle_m:
            return section.left_edge_m + _VERGE_M
        return section.right_edge_m - _VERGE_M
