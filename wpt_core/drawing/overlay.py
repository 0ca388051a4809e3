# SPDX-License-Identifier: Apache-2.0
"""Overlay of a plan on a camera image."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wpt_core.drawing.ground_canvas import Colour, GroundCanvas
from wpt_core.drawing.plan_ribbon import (
    PlanStyle,
    Ribbon,
    ribbon_colours,
    ribbon_of,
    ribbon_opacities,
)
from wpt_core.geometry import FloatArray
from wpt_core.types import Camera, InputError, Plan

__all__ = ['draw_plan', 'enlarged']

_TRUTH: Colour = (255, 64, 176)
_WHITE: Colour = (255, 255, 255)
_LAST_MARK_S = 5.0


def draw_plan(
    image: NDArray[np.uint8],
    camera: Camera,
    plan: Plan,
    *,
    truth_m: FloatArray | None = None,
    style: PlanStyle | None = None,
) -> NDArray[np.uint8]:
    """Return a copy of the image (H, W, 3) RGB with the plan on flat ground.

    The best hypothesis is a ribbon as wide as the car, with a cross line at each of the next
    seconds; the others are lines whose opacity follows their probability. `truth_m` is a path (N,
    2) in `base_link`, drawn as a line in its own colour.
    """
    lens = camera.intrinsics
    if image.shape != (lens.height_px, lens.width_px, 3):
        raise InputError(
            f'image: expected {(lens.height_px, lens.width_px, 3)}, as camera {camera.name!r} '
            f'takes it, got {image.shape}'
        )
    style = style or PlanStyle()
    canvas = GroundCanvas(image, camera)
    best, odds = plan.best, plan.probabilities / plan.probabilities[plan.best]
    for index in np.argsort(plan.probabilities):
        if index != best:
            other = ribbon_of(plan, int(index), style)
            canvas.lines([other.middle_m], _WHITE, opacity=0.8 * float(odds[index]))
    _draw_ribbon(canvas, ribbon_of(plan, best, style), style)
    if truth_m is not None:
        canvas.lines([truth_m], _TRUTH, opacity=0.9)
    return canvas.image


def enlarged(camera: Camera, scale: float) -> Camera:
    """Return the camera with `scale` times the resolution; pixel centres are at integers."""
    lens = camera.intrinsics
    larger = replace(
        lens,
        width_px=round(scale * lens.width_px),
        height_px=round(scale * lens.height_px),
        fx_px=scale * lens.fx_px,
        fy_px=scale * lens.fy_px,
        cx_px=scale * (lens.cx_px + 0.5) - 0.5,
        cy_px=scale * (lens.cy_px + 0.5) - 0.5,
    )
    return replace(camera, intrinsics=larger)


def _draw_ribbon(canvas: GroundCanvas, ribbon: Ribbon, style: PlanStyle) -> None:
    canvas.patches(_tiles(ribbon, style))
    outline = [ribbon.left_m, ribbon.right_m, *_second_marks(ribbon)]
    canvas.lines(outline, _WHITE, opacity=0.9 * style.opacity, thickness_px=1)


def _second_marks(ribbon: Ribbon) -> Iterator[FloatArray]:
    """Yield cross lines (2, 2) at whole seconds, as far as they are apart in the image."""
    edges = np.stack([ribbon.left_m, ribbon.right_m], axis=1)
    for second in range(1, int(min(ribbon.times_s[-1], _LAST_MARK_S)) + 1):
        after = min(int(np.searchsorted(ribbon.times_s, second)), len(edges) - 1)
        before_s, after_s = ribbon.times_s[after - 1], ribbon.times_s[after]
        share = (second - before_s) / (after_s - before_s)
        yield edges[after - 1] + share * (edges[after] - edges[after - 1])


def _tiles(ribbon: Ribbon, style: PlanStyle) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    """Yield overlapping tiles from far to near, so that no edges show."""
    colours, opacities = ribbon_colours(ribbon, style), ribbon_opacities(ribbon, style)
    for index in range(len(colours) - 2, -1, -1):
        far = min(index + 2, len(colours) - 1)
        sides = [ribbon.left_m[index], ribbon.left_m[far], ribbon.right_m[far]]
        polygon = np.array([*sides, ribbon.right_m[index]])
        yield polygon, colours[index], float(opacities[index])
