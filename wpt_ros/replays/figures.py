# SPDX-License-Identifier: Apache-2.0
"""Figures of a replay: errors over time, the worst plans as images, an overlay video."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wpt_core.drawing import caption
from wpt_core.types import Rig
from wpt_ros.conversions.images import RawCompressedImage, RawImage, frame_of
from wpt_ros.drives.overlay_film import ReplacementPlans, drawn_plan, film_camera, overlay_film
from wpt_ros.replays.comparison import PlanSample
from wpt_ros.replays.driven_path import DrivenPath
from wpt_ros.replays.run import ReplayedBag
from wpt_ros.replays.source import Source, open_bag, stamp_ns

__all__ = ['draw_sample', 'draw_timeline', 'film']

FloatArray = NDArray[np.float64]

_DRAWN_S: FloatArray = np.linspace(0.25, 6.0, 24)
"""The driven path is drawn for 6 s, or as far as it is known."""
_PLANNED, _DRIVEN, _AGE = '#d9822b', '#1f6fb4', '#444444'


def draw_timeline(
    path: Path, played: ReplayedBag, samples: Sequence[PlanSample], *, at_s: float
) -> None:
    """Plot errors over the time of one recording; gaps are times without a plan."""
    start_s = played.source.anchors_ns[0] * 1e-9
    times_s = np.array([one.published.plan.stamp_s for one in samples]) - start_s
    figure = Figure(figsize=(9.0, 7.0), dpi=110, layout='constrained')
    apart, curvature, age = figure.subplots(3, 1, sharex=True)
    figure.suptitle(f'{played.source.name}: plans beside what was driven')
    lefts_m = [one.plan_error_m(at_s)[1] for one in samples]
    apart.plot(times_s, lefts_m, '.-', color=_PLANNED, lw=0.8, ms=3)
    apart.axhline(0.0, color=_DRIVEN, lw=1.0)
    apart.set_ylabel(f'plan beside driven\npath at {at_s:g} s [m], left +')
    asked = [one.planned_curvature_1pm for one in samples]
    curvature.plot(times_s, asked, '.-', color=_PLANNED, lw=0.8, ms=3, label='asked')
    driven = [one.driven_curvature_1pm for one in samples]
    curvature.plot(times_s, driven, color=_DRIVEN, label='driven, one delay later')
    curvature.set_ylabel('curvature [1/m]\nleft +')
    curvature.legend(loc='upper right', fontsize=8)
    published = np.array(played.received.answers_s).reshape(-1, 2)
    age.plot(published[:, 0] - start_s, 1e3 * published[:, 1], '.', color=_AGE, ms=3)
    age.set_ylabel('age of a plan when it\ncomes, wall clock [ms]')
    age.set_ylim(bottom=0.0)
    age.set_xlabel('time since the first picture [s]')
    for axes in (apart, curvature, age):
        axes.grid(alpha=0.3)
    figure.savefig(path)


def draw_sample(path: Path, source: Source, sample: PlanSample, *, at_s: float) -> bool:
    """Draw plan and driven path into the image of the sample.

    Return False, and write no file, if the camera has no image with that stamp.
    """
    plan = sample.published.plan
    with open_bag(source.bag) as bag:
        kind = RawCompressedImage if source.compressed else RawImage
        raws = (kind.of(one.data) for one in bag.raw_messages([f'/{source.picture.name}']))
        raw = next((one for one in raws if stamp_ns(one.stamp) == sample.published.stamp_ns), None)
    if raw is None:
        return False  # another camera stood in for the anchor
    truth_m = _drawn_path(source.driven, plan.stamp_s)
    small = frame_of(source.camera.name, raw).image
    image = drawn_plan(small, film_camera(source.camera), plan, truth_m=truth_m)
    plan_error_m, left_m = sample.plan_error_m(at_s)
    side = 'left' if left_m >= 0.0 else 'right'
    since_s = plan.stamp_s - source.anchors_ns[0] * 1e-9
    text = (
        f'{since_s:.1f} s: {plan_error_m:.2f} m apart at {at_s:g} s, '
        f'{abs(left_m):.2f} m to the {side}, {sample.command.name.lower()}'
    )
    return cv2.imwrite(str(path), cv2.cvtColor(caption(image, text), cv2.COLOR_RGB2BGR))


def film(path: Path, played: ReplayedBag) -> None:
    """Write a video of the anchor's images, with the plans of the replay and the driven path."""
    source = played.source

    def truth(stamp_s: float) -> FloatArray | None:
        return _drawn_path(source.driven, stamp_s)

    plans = sorted(
        (published.plan for published in played.received.plans), key=lambda plan: plan.stamp_s
    )
    overlay_film(source.bag, path, Rig((source.camera,)), ReplacementPlans(plans, truth))


def _drawn_path(driven: DrivenPath, stamp_s: float) -> FloatArray | None:
    times_s = _DRAWN_S[: np.searchsorted(_DRAWN_S, driven.known_s(stamp_s), side='right')]
    ahead = driven.ahead(stamp_s, times_s) if len(times_s) else None
    return None if ahead is None else ahead.positions_m
