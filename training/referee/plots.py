# SPDX-License-Identifier: Apache-2.0
"""Figures of the report."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.referee.open_loop import Likelihood, cases_of
from training.referee.outcome import DriveResult, HeldOut
from training.referee.report import Findings
from wpt_core.drawing import PlanColour, PlanStyle, contact_sheet, draw_plan, enlarged
from wpt_core.files import write_atomic
from wpt_core.metrics import LANE_CENTRE_RULE
from wpt_core.types import Camera, Plan, plan_times_s

__all__ = ['illustrate', 'offset_plot', 'plan_sheet', 'reliability_plot']

_PASSED = '#2f8f4e'
_FAILED = '#c23030'
_OFFSET_SUITE = 'lane_centre'
_SHEET_SCALE = 3
_SHEET_STYLE = PlanStyle(colour=PlanColour.TIME, until_s=5.0)


def illustrate(
    found: Findings, plans: Mapping[str, Sequence[HeldOut]], *, front: Camera, out: Path
) -> dict[str, list[str]]:
    """Write PNG files into `out`; return their names by heading of the report."""
    model = found.rows[-1]
    shown: dict[str, list[str]] = {'Closed loop': [], 'Open loop': []}

    def keep(heading: str, name: str, content: bytes) -> None:
        write_atomic(out / name, content)
        shown[heading].append(name)

    if _OFFSET_SUITE in (suite.name for suite in found.suites):
        drives = {row: found.closed[row, _OFFSET_SUITE] for row in found.rows}
        keep('Closed loop', 'offset_over_time.png', offset_plot(drives))
    likelihoods = {
        row: one.likelihood for row, one in found.open_loop.items() if one.likelihood is not None
    }
    if likelihoods:
        keep('Open loop', 'reliability.png', reliability_plot(likelihoods))
    if plans.get(model):
        keep('Open loop', 'plans_over_the_camera.png', plan_sheet(plans[model], front))
    return shown


def offset_plot(drives: Mapping[str, Sequence[DriveResult]]) -> bytes:
    """Plot the offset of every drive of a suite over time, one panel per row."""
    figure = Figure(figsize=(9.0, 2.4 * len(drives) + 0.6), dpi=110, layout='constrained')
    panels = figure.subplots(len(drives), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, (row, results) in zip(panels, drives.items(), strict=True):
        _offsets(axes, results)
        passed = sum(result.passed for result in results)
        axes.set_title(f'{row}: {passed} of {len(results)} passed', fontsize=10)
    panels[-1].set_xlabel('time [s]')
    return _png(figure)


def _offsets(axes: Axes, results: Sequence[DriveResult]) -> None:
    rule = LANE_CENTRE_RULE
    axes.axhspan(-rule.offset_m, rule.offset_m, color=_PASSED, alpha=0.15)
    axes.axvline(rule.settle_within_s, color='0.4', lw=0.8, ls='--')
    for result in results:
        axes.plot(
            result.trace.time_s,
            result.trace.position_error_m,
            color=_PASSED if result.passed else _FAILED,
            alpha=0.6,
            lw=0.9,
        )
    axes.set_ylim(-2.0, 2.0)
    axes.set_ylabel('offset from human-\nlike position [m]', fontsize=8)
    axes.grid(alpha=0.3)


def reliability_plot(likelihoods: Mapping[str, Likelihood]) -> bytes:
    """Plot observed over nominal coverage, one panel per row; calibrated is the diagonal."""
    figure = Figure(figsize=(4.2 * len(likelihoods), 4.8), dpi=110, layout='constrained')
    panels = figure.subplots(1, len(likelihoods), sharey=True, squeeze=False)[0]
    for axes, (row, one) in zip(panels, likelihoods.items(), strict=True):
        axes.plot([0, 1], [0, 1], color='0.4', lw=0.8, ls='--')
        for name, table in one.reliability:
            axes.plot(table.levels, table.observed, marker='o', ms=3, lw=1.0, label=name)
        axes.set_title(row, fontsize=10)
        axes.set_xlabel('nominal level of the interval')
        axes.set_aspect('equal')
        axes.grid(alpha=0.3)
    panels[0].set_ylabel('share of truths inside')
    panels[0].legend(fontsize=7, loc='upper left')
    return _png(figure)


def plan_sheet(drives: Sequence[HeldOut], front: Camera, *, most: int = 6) -> bytes:
    """Draw plans and the expert's trajectories over front images of held-out drives."""
    camera = enlarged(front, _SHEET_SCALE)
    lens = camera.intrinsics
    tiles = []
    for place in np.linspace(0, len(drives) - 1, min(len(drives), most)):
        drive = drives[round(place)]
        size = (lens.width_px, lens.height_px)
        large = cv2.resize(drive.image, size, interpolation=cv2.INTER_CUBIC)
        case = list(cases_of(drive))[drive.image_sample]
        ahead_m = case.truth.positions_m[case.truth.times_s <= _SHEET_STYLE.until_s]
        plan = _plan(drive, drive.image_sample)
        image = np.asarray(large, dtype=np.uint8)
        tiles.append(draw_plan(image, camera, plan, truth_m=ahead_m, style=_SHEET_STYLE))
    sheet = contact_sheet(tiles, columns=2)
    _, content = cv2.imencode('.png', cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    return content.tobytes()


def _plan(drive: HeldOut, sample: int) -> Plan:
    """Return a plan with the stored columns; the others are zero."""
    zeros = np.zeros(drive.yaws_rad[sample].shape)
    return Plan(
        stamp_s=0.0,
        times_s=plan_times_s(),
        positions_m=drive.positions_m[sample].astype(np.float64),
        speeds_mps=zeros,
        accelerations_mps2=zeros,
        yaws_rad=drive.yaws_rad[sample].astype(np.float64),
        yaw_rates_radps=zeros,
        position_scales_m=drive.scales_m[sample].astype(np.float64),
        probabilities=drive.probabilities[sample],
    )


def _png(figure: Figure) -> bytes:
    content = BytesIO()
    figure.savefig(content, format='png')
    return content.getvalue()
