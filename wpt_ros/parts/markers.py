# SPDX-License-Identifier: Apache-2.0
"""Markers for RViz: plan, car, command and state.

The marker namespaces are `plan`, `others`, `uncertainty`, `car`, `driven`, `command` and `state`.
"""

import math
import textwrap
from collections.abc import Iterator
from types import MappingProxyType

import numpy as np
from visualization_msgs.msg import Marker, MarkerArray

from wpt_core.drawing import PlanStyle, ribbon_colours, ribbon_of, ribbon_opacities
from wpt_core.safety import GateState
from wpt_core.types import Plan
from wpt_core.vehicle import Body
from wpt_ros.conversions.marker_shapes import Array, Brush, Colour
from wpt_ros.conversions.stamps import stamp_of
from wpt_ros.parts.snapshot import Snapshot

__all__ = ['markers_message', 'state_text']

_LIFETIME_S = 1.0
"""Lifetime of the car and state markers, published ten times as often."""
_CAR: Colour = (0.36, 0.55, 0.80, 0.85)
_DRIVEN: Colour = (1.0, 0.25, 0.69, 0.8)
_UNCERTAIN: Colour = (1.0, 1.0, 1.0, 0.16)
_NO_GATE: Colour = (0.55, 0.55, 0.55, 1.0)
_BY_STATE = MappingProxyType(
    {
        GateState.DISENGAGED: (0.80, 0.83, 0.86, 1.0),
        GateState.ENGAGED: (0.27, 0.80, 0.43, 1.0),
        GateState.DEGRADED: (0.98, 0.69, 0.18, 1.0),
        GateState.OVERRIDDEN: (0.25, 0.63, 1.0, 1.0),
        GateState.FAULT: (0.89, 0.24, 0.19, 1.0),
    }
)
_UNCERTAIN_UP_M, _OTHERS_UP_M, _PLAN_UP_M, _DRIVEN_UP_M, _COMMAND_UP_M = (
    0.02,
    0.03,
    0.05,
    0.1,
    0.12,
)
"""Heights that keep the markers from flickering through each other."""
_RIM = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
_LEAST_ARC_M, _MOST_ARC_M, _ARC_S, _ARC_POINTS = 6.0, 40.0, 1.5, 24
_LETTER_M = 0.5
_LONGEST_LINE, _MOST_LINES = 56, 8


def markers_message(
    snapshot: Snapshot, vehicle: Body, *, now_s: float, plan_lifetime_s: float
) -> MarkerArray:
    """Return all markers, stamped as the plan; without a plan also a deletion of old ones."""
    stamp = stamp_of(now_s if snapshot.plan is None else snapshot.plan.stamp_s)
    lasting, passing = Brush(stamp, _LIFETIME_S), Brush(stamp, plan_lifetime_s)
    markers = (
        [lasting.delete_all()]
        if snapshot.plan is None
        else list(_plan(passing, snapshot.plan, vehicle))
    )
    markers += [_car(lasting, vehicle), _state(lasting, snapshot, vehicle)]
    if snapshot.driven_m is not None:
        markers.append(
            lasting.strip(
                'driven', 0, snapshot.driven_m, up_m=_DRIVEN_UP_M, width_m=0.2, colour=_DRIVEN
            )
        )
    command = snapshot.command
    if command is not None and command.valid and math.isfinite(command.curvature_1pm):
        markers.append(_command(passing, command.curvature_1pm, snapshot, vehicle))
    return MarkerArray(markers=markers)


def state_text(snapshot: Snapshot) -> str:
    """Return lines with state and speed, the age of the plan, and each reason."""
    lines = [_headline(snapshot), _about_plan(snapshot)]
    notices = [
        *(snapshot.gate.reasons if snapshot.gate is not None else ()),
        *(snapshot.planner.notices if snapshot.planner is not None else ()),
    ]
    for text in dict.fromkeys(notice.text for notice in notices):
        lines += textwrap.wrap(text, _LONGEST_LINE)
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES - 1 :] = [f'({len(lines) - _MOST_LINES + 1} lines more)']
    return '\n'.join(lines)


def _plan(brush: Brush, plan: Plan, vehicle: Body) -> Iterator[Marker]:
    style = PlanStyle(width_m=vehicle.width_m)
    yield from _uncertainty(brush, plan)
    yield _ribbon(brush, plan, style)
    best, *others = np.argsort(-plan.probabilities, kind='stable').tolist()
    odds = plan.probabilities / max(float(plan.probabilities[best]), 1e-9)
    for rank, index in enumerate(others):
        colour = (1.0, 1.0, 1.0, 0.8 * min(max(float(odds[index]), 0.0), 1.0))
        line_m = ribbon_of(plan, index, style).middle_m[::2]
        yield brush.strip('others', rank, line_m, up_m=_OTHERS_UP_M, width_m=0.15, colour=colour)


def _ribbon(brush: Brush, plan: Plan, style: PlanStyle) -> Marker:
    """Corners alternate: left, right, left, right, ..."""
    ribbon = ribbon_of(plan, plan.best, style)
    count = len(ribbon.times_s)
    corners_m = np.stack([ribbon.left_m, ribbon.right_m], axis=1).reshape(-1, 2)
    tile = np.array([[0, 1, 3], [0, 3, 2]])
    faces = (2 * np.arange(count - 1)[:, None, None] + tile).reshape(-1, 3)
    opacities = ribbon_opacities(ribbon, style)[:, None]
    colours = np.concatenate([ribbon_colours(ribbon, style) / 255.0, opacities], axis=-1)
    return brush.triangles(
        'plan', corners_m, faces, np.repeat(colours, 2, axis=0), up_m=_PLAN_UP_M
    )


def _uncertainty(brush: Brush, plan: Plan) -> Iterator[Marker]:
    """Yield an ellipse for each whole second; its half axes are the expected error in x and y."""
    seconds = np.arange(1.0, np.floor(plan.times_s[-1]) + 1.0)
    middles_m, scales_m = (
        np.stack([np.interp(seconds, plan.times_s, along) for along in values[plan.best].T], -1)
        for values in (plan.positions_m, plan.position_scales_m)
    )
    known = np.isfinite(scales_m).all(axis=-1)
    if not known.any():
        return
    fans = [_fan(*one) for one in zip(middles_m[known], scales_m[known], strict=True)]
    corners_m, each = np.concatenate(fans), len(_RIM) + 1
    rim = 1 + np.arange(len(_RIM))
    slices = np.stack([np.zeros_like(rim), rim, np.roll(rim, -1)], axis=-1)
    faces = (each * np.arange(len(fans))[:, None, None] + slices).reshape(-1, 3)
    colours = np.broadcast_to(np.array(_UNCERTAIN), (len(corners_m), 4))
    yield brush.triangles('uncertainty', corners_m, faces, colours, up_m=_UNCERTAIN_UP_M)


def _fan(middle_m: Array, half_axes_m: Array) -> Array:
    """Return the centre of an ellipse, then its rim."""
    rim_m = middle_m + half_axes_m * np.stack([np.cos(_RIM), np.sin(_RIM)], axis=-1)
    return np.concatenate([middle_m[None], rim_m])


def _car(brush: Brush, vehicle: Body) -> Marker:
    return brush.box(
        'car',
        middle_m=(vehicle.centre_offset_m, 0.0, 0.5 * vehicle.height_m),
        size_m=(vehicle.length_m, vehicle.width_m, vehicle.height_m),
        colour=_CAR,
    )


def _command(brush: Brush, curvature_1pm: float, snapshot: Snapshot, vehicle: Body) -> Marker:
    """Return the path of this curvature from the nose of the car, at most half a circle."""
    nose_m = vehicle.length_m - vehicle.rear_overhang_m
    speed_mps = snapshot.speed_mps or 0.0
    ahead_m = min(max(_ARC_S * speed_mps, _LEAST_ARC_M), _MOST_ARC_M)
    turn_1pm = curvature_1pm or 1e-9
    end_m = min(nose_m + ahead_m, math.pi / abs(turn_1pm))
    yaws_rad = turn_1pm * np.linspace(min(nose_m, 0.5 * end_m), end_m, _ARC_POINTS)
    arc_m = np.stack([np.sin(yaws_rad), 1.0 - np.cos(yaws_rad)], axis=-1) / turn_1pm
    return brush.strip(
        'command', 0, arc_m, up_m=_COMMAND_UP_M, width_m=0.3, colour=_state_colour(snapshot)
    )


def _state(brush: Brush, snapshot: Snapshot, vehicle: Body) -> Marker:
    words = state_text(snapshot)
    # This is the centre of the text. Above the rear of the car it does not hide the plan when
    # seen from behind.
    up_m = vehicle.height_m + _LETTER_M * (1.0 + 0.5 * len(words.splitlines()))
    return brush.text(
        'state',
        words,
        middle_m=(-vehicle.rear_overhang_m, 0.0, up_m),
        letter_m=_LETTER_M,
        colour=_state_colour(snapshot),
    )


def _state_colour(snapshot: Snapshot) -> Colour:
    return _NO_GATE if snapshot.gate is None else _BY_STATE[snapshot.gate.state]


def _headline(snapshot: Snapshot) -> str:
    lost = 'GATE SILENT: YOU STEER' if snapshot.gate_lost else 'no gate'
    state = lost if snapshot.gate is None else snapshot.gate.state.name
    speed = (
        'speed unknown' if snapshot.speed_mps is None else f'{3.6 * snapshot.speed_mps:.0f} km/h'
    )
    return f'{state}, {speed}'


def _about_plan(snapshot: Snapshot) -> str:
    if math.isinf(snapshot.plan_age_s):
        text = 'no plan yet'
    elif snapshot.plan is not None:
        text = f'plan {max(snapshot.plan_age_s, 0.0):.2f} s old'
    elif snapshot.plan_age_s > 0.0:
        text = f'PLAN IS OLD: {snapshot.plan_age_s:.1f} s'
    else:
        text = f'PLAN IS FROM THE FUTURE: {-snapshot.plan_age_s:.1f} s'
    if snapshot.planner is None:
        return f'{text}, no planner status'
    return (
        text
        if snapshot.planner.state == 'PLANNING'
        else f'{text}, planner {snapshot.planner.state}'
    )
