# SPDX-License-Identifier: Apache-2.0
"""Passing of obstacles that stand partly in the lane."""

from collections.abc import Sequence
from dataclasses import dataclass

from wpt_sim.road import Road
from wpt_sim.scene import Kind
from wpt_sim.traffic import Band, Body, CarFollowing, LateralShift, TargetLine, is_free

__all__ = ['PassPlan', 'blocks_line', 'is_clear', 'plan_pass']

_STANDING_MPS = 0.3
_WALKING_MPS = 2.2
_CLEARANCE_M = 0.75
_WORTH_SEEING_M = 0.4
"""A body with less room than this beside the line blocks it."""
_MOST_SHIFT_M = 2.1
"""A larger shift means that a vehicle fills the lane and will drive on: wait behind it."""
_EDGE_M = 0.25
_CLUSTER_M = 25.0
"""Obstacles closer together than this are passed with one shift."""
_BEFORE_M = 4.5
"""`base_link` to obstacle at the end of the shift: the front of the car and a metre."""
_AFTER_M = 2.5
_RAMP_S = 2.8
_LEAST_RAMP_M = 11.0
_BACK_M = 25.0
_ONCOMING_MARGIN_M = 12.0
_SLOWEST_PASS_MPS = 5.0
_PASSING_S = 2.0


@dataclass(frozen=True, slots=True)
class PassPlan:
    """A lateral shift that ends at `from_m` and is undone from `to_m` on, along the line."""

    from_m: float
    to_m: float
    by_m: float
    half_width_m: float

    def start_m(self, speed_mps: float) -> float:
        """Return where the shift starts if there is enough distance."""
        return self.from_m - max(_RAMP_S * speed_mps, _LEAST_RAMP_M)

    def shifts(self, s_m: float, speed_mps: float) -> tuple[LateralShift, LateralShift]:
        """Return both shifts for a car at `s_m`, shorter if there is too little distance."""
        out_m = self.from_m - max(self.start_m(speed_mps), min(s_m, self.from_m - _LEAST_RAMP_M))
        return (
            LateralShift(self.from_m - out_m, out_m, self.by_m),
            LateralShift(self.to_m, _BACK_M, -self.by_m),
        )


def blocks_line(body: Body, line: TargetLine, *, half_width_m: float) -> bool:
    """Return whether a standing body or a pedestrian along the road blocks the line."""
    walks = body.kind is Kind.PEDESTRIAN
    if abs(body.along_mps) > (_WALKING_MPS if walks else _STANDING_MPS):
        return False
    if walks and abs(body.across_mps) > _STANDING_MPS:
        return False
    at_m = line.at(body.s_m).offset_m
    band = Band.swept(at_m, at_m, half_width_m=half_width_m)
    return band.touches(body, _WORTH_SEEING_M)


def plan_pass(
    ego: Body, bodies: Sequence[Body], line: TargetLine, *, road: Road
) -> PassPlan | None:
    """Plan to pass the next standing bodies with one shift; None if there is no room."""
    half_m = ego.half_width_m
    ahead = sorted(
        (b for b in bodies if b.s_m > ego.s_m and blocks_line(b, line, half_width_m=half_m)),
        key=lambda body: body.s_m,
    )
    if not ahead:
        return None
    cluster = [ahead[0]]
    for body in ahead[1:]:
        if body.s_m - cluster[-1].s_m < _CLUSTER_M:
            cluster.append(body)
    lane_m = line.at(cluster[0].s_m).offset_m
    need_m = half_m + _CLEARANCE_M
    left_m = max(body.offset_m + body.half_width_m for body in cluster) + need_m
    right_m = min(body.offset_m - body.half_width_m for body in cluster) - need_m
    section = road.section
    options = [
        by_m
        for by_m, fits in (
            (left_m - lane_m, left_m + half_m < section.left_edge_m - _EDGE_M),
            (right_m - lane_m, right_m - half_m > section.right_edge_m + _EDGE_M),
        )
        if fits and abs(by_m) < _MOST_SHIFT_M
    ]
    if not options:
        return None
    places = [place for body in cluster for place in _span(ego, body)]
    return PassPlan(
        from_m=min(places) - _BEFORE_M,
        to_m=max(places) + _AFTER_M,
        by_m=min(options, key=abs),
        half_width_m=half_m,
    )


def _span(ego: Body, body: Body) -> tuple[float, float, float, float]:
    """Return rear and front of a body, now and when the ego has passed it."""
    until_s = (body.s_m - ego.s_m) / max(ego.along_mps, _SLOWEST_PASS_MPS) + _PASSING_S
    walked_m = body.along_mps * until_s if body.kind is Kind.PEDESTRIAN else 0.0
    rear_m, front_m = body.s_m - body.half_length_m, body.s_m + body.half_length_m
    return rear_m, front_m, rear_m + walked_m, front_m + walked_m


def is_clear(
    plan: PassPlan, ego: Body, bodies: Sequence[Body], line: TargetLine, *, style: CarFollowing
) -> bool:
    """Return whether no traffic needs the passing band until the ego is back in its lane."""
    out, back = plan.shifts(ego.s_m, max(ego.along_mps, 3.0))
    beside_m = line.at(plan.from_m).offset_m + plan.by_m
    band = Band.swept(beside_m, beside_m, half_width_m=plan.half_width_m)
    speed_mps = max(ego.along_mps, 4.0)
    until_s = (back.end_m - ego.s_m) / speed_mps + 1.0
    for other in bodies:
        if other.along_mps > -_STANDING_MPS or not band.touches(other):
            continue
        meets_m = other.s_m + other.along_mps * until_s - _ONCOMING_MARGIN_M
        gone = other.s_m + other.half_length_m < ego.s_m - ego.half_length_m
        if not gone and meets_m < back.end_m:
            return False
    same_way = [other for other in bodies if other.along_mps > _STANDING_MPS]
    return (
        is_free(ego, same_way, direction=1, band=band, style=style) or out.start_m > ego.s_m + 40
    )
