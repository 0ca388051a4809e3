# SPDX-License-Identifier: Apache-2.0
"""A plan laid on the road of a camera's picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import FloatArray
from wpt_core.types import Camera, InputError, Plan
from wpt_core.world.pictures.on_ground import Colour, OnGround

__all__ = ['PlanColour', 'PlanStyle', 'draw_plan']

_TRUTH: Colour = (255, 64, 176)
_WHITE: Colour = (255, 255, 255)
_STEP_M = 0.3
"""On average."""
_MOST_STEPS = 120
_LAST_RUNG_S = 5.0
_END = 0.4
"""Share of its opacity that a ribbon has left at its end."""
_RAMP = np.array([[226, 62, 48], [250, 176, 46], [70, 205, 110], [38, 160, 255]], np.float64)
"""From standing to full speed, or from the end back to now."""


class PlanColour(Enum):
    """What the colour of the ribbon tells."""

    SPEED = 'speed'
    TIME = 'time'


@dataclass(frozen=True, slots=True)
class PlanStyle:
    """How a plan is drawn."""

    colour: PlanColour = PlanColour.SPEED
    width_m: float = 1.85
    opacity: float = 0.6
    """Of the ribbon at the car."""
    until_s: float = 10.0
    full_speed_mps: float = 36.0
    """Has the last colour of the ramp."""


def draw_plan(
    image: NDArray[np.uint8],
    camera: Camera,
    plan: Plan,
    *,
    truth_m: FloatArray | None = None,
    style: PlanStyle | None = None,
) -> NDArray[np.uint8]:
    """A copy of the picture (H, W, 3) RGB with the plan on flat ground.

    The best hypothesis is a ribbon as wide as the car, with a rung at each of the next seconds;
    the others are lines, the fainter the less probable. `truth_m` is a path (N, 2) in
    `base_link`, drawn as a line of its own colour.
    """
    lens = camera.intrinsics
    if image.shape != (lens.height_px, lens.width_px, 3):
        raise InputError(
            f'image: expected {(lens.height_px, lens.width_px, 3)}, as camera {camera.name!r} '
            f'takes it, got {image.shape}'
        )
    style = style or PlanStyle()
    canvas = OnGround(image, camera)
    best, odds = plan.best, plan.probabilities / plan.probabilities[plan.best]
    for index in np.argsort(plan.probabilities):
        if index != best:
            other = _ribbon(plan, int(index), style)
            canvas.lines([other.middle_m], _WHITE, opacity=0.8 * float(odds[index]))
    _draw_ribbon(canvas, _ribbon(plan, best, style), style)
    if truth_m is not None:
        canvas.lines([truth_m], _TRUTH, opacity=0.9)
    return canvas.image


@dataclass(frozen=True, eq=False, slots=True)
class _Ribbon:
    """One hypothesis, at N places close together."""

    times_s: FloatArray
    speeds_mps: FloatArray
    middle_m: FloatArray
    """(N, 2), like the edges."""
    left_m: FloatArray
    right_m: FloatArray


def _ribbon(plan: Plan, index: int, style: PlanStyle) -> _Ribbon:
    times_s = _dense_times_s(plan, index, style.until_s)
    middle_m = _between(plan.times_s, plan.positions_m[index], times_s)
    ahead = np.gradient(middle_m, axis=0)
    length = np.linalg.norm(ahead, axis=-1, keepdims=True)
    across = ahead[:, ::-1] * (-1.0, 1.0) / np.maximum(length, 1e-9)
    half_m = 0.5 * style.width_m * across
    speeds_mps = np.interp(times_s, plan.times_s, plan.speeds_mps[index])
    return _Ribbon(times_s, speeds_mps, middle_m, middle_m + half_m, middle_m - half_m)


def _dense_times_s(plan: Plan, index: int, until_s: float) -> FloatArray:
    """Times at places along the way that lie closer together near the car, at least three."""
    pieces_m = np.linalg.norm(np.diff(plan.positions_m[index], axis=0), axis=-1)
    driven_m = np.concatenate([[0.0], np.cumsum(pieces_m + 1e-6)])
    length_m = float(np.interp(until_s, plan.times_s, driven_m))
    count = int(np.clip(length_m / _STEP_M, 2, _MOST_STEPS)) + 1
    return np.interp(length_m * np.linspace(0.0, 1.0, count) ** 2, driven_m, plan.times_s)


def _between(knots_s: FloatArray, points_m: FloatArray, times_s: FloatArray) -> FloatArray:
    """(N, 2): a smooth line through the points; plans are sparse at their far end.

    Its slopes come from the points and not from the plan's own speeds, because what a network
    says of one need not agree with what it says of the other.
    """
    slopes_mps = np.gradient(points_m, knots_s, axis=0)
    start = np.clip(np.searchsorted(knots_s, times_s, side='right') - 1, 0, len(knots_s) - 2)
    span_s = (knots_s[start + 1] - knots_s[start])[:, None]
    t = (times_s - knots_s[start])[:, None] / span_s
    line_m: FloatArray = (
        (2 * t**3 - 3 * t**2 + 1) * points_m[start]
        + (t**3 - 2 * t**2 + t) * span_s * slopes_mps[start]
        + (3 * t**2 - 2 * t**3) * points_m[start + 1]
        + (t**3 - t**2) * span_s * slopes_mps[start + 1]
    )
    return line_m


def _draw_ribbon(canvas: OnGround, ribbon: _Ribbon, style: PlanStyle) -> None:
    canvas.patches(_tiles(ribbon, style))
    outline = [ribbon.left_m, ribbon.right_m, *_rungs(ribbon)]
    canvas.lines(outline, _WHITE, opacity=0.9 * style.opacity, thickness_px=1)


def _rungs(ribbon: _Ribbon) -> Iterator[FloatArray]:
    """Across, from edge to edge, (2, 2), at whole seconds; later ones would lie on each other."""
    edges = np.stack([ribbon.left_m, ribbon.right_m], axis=1)
    for second in range(1, int(min(ribbon.times_s[-1], _LAST_RUNG_S)) + 1):
        after = min(int(np.searchsorted(ribbon.times_s, second)), len(edges) - 1)
        before_s, after_s = ribbon.times_s[after - 1], ribbon.times_s[after]
        share = (second - before_s) / (after_s - before_s)
        yield edges[after - 1] + share * (edges[after] - edges[after - 1])


def _tiles(ribbon: _Ribbon, style: PlanStyle) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    """From far to near; each reaches over the one before it, so that none shows its rim."""
    share = (
        ribbon.speeds_mps / style.full_speed_mps
        if style.colour is PlanColour.SPEED
        else 1.0 - ribbon.times_s / style.until_s
    )
    places = np.clip(share, 0.0, 1.0) * (len(_RAMP) - 1)
    colours = np.stack([np.interp(places, range(len(_RAMP)), c) for c in _RAMP.T], axis=-1)
    opacities = np.linspace(1.0, _END, len(places)) * style.opacity
    for index in range(len(places) - 2, -1, -1):
        far = min(index + 2, len(places) - 1)
        sides = [ribbon.left_m[index], ribbon.left_m[far], ribbon.right_m[far]]
        polygon = np.array([*sides, ribbon.right_m[index]])
        yield polygon, colours[index], float(opacities[index])
