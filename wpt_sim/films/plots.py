# SPDX-License-Identifier: Apache-2.0
"""Plots of a drive over time."""

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wpt_core.metrics import LaneCentreRule
from wpt_sim.drive import DriveLog, IncidentKind

__all__ = ['plot_drive']

_DRIVEN = '#1f6fb4'
_COMMANDED = '#d9822b'
_EVENT = '#c23030'
_ALLOWED = '#2f8f4e'


def plot_drive(log: DriveLog, title: str) -> bytes:
    """Return offset, heading, curvature and speed over time as PNG data."""
    figure = Figure(figsize=(9.0, 8.0), dpi=110, layout='constrained')
    offset, heading, curvature, speed = figure.subplots(4, 1, sharex=True)
    figure.suptitle(title)
    _plot_offset(offset, log)
    _plot_heading(heading, log)
    curvature.plot(
        log.time_s, log.commanded_curvature_1pm, color=_COMMANDED, label='commanded', lw=1.0
    )
    curvature.plot(log.time_s, log.curvature_1pm, color=_DRIVEN, label='driven')
    curvature.set_ylabel('curvature [1/m]\nleft +')
    speed.plot(log.time_s, log.speed_mps, color=_DRIVEN, label='driven')
    speed.set_ylabel('speed [m/s]')
    speed.set_ylim(0.0, 1.15 * max(float(log.speed_mps.max()), 1.0))
    speed.set_xlabel('time [s]')
    for axes in (offset, heading, curvature, speed):
        _mark_incidents(axes, log)
        axes.grid(alpha=0.3)
    for axes in (offset, curvature):
        axes.legend(loc='upper right', fontsize=8)
    content = BytesIO()
    figure.savefig(content, format='png')
    return content.getvalue()


def _plot_offset(axes: Axes, log: DriveLog) -> None:
    """Plot the driven and the human-like offset from the lane centre."""
    rule = LaneCentreRule()
    axes.fill_between(
        log.time_s,
        log.human_offset_m - rule.offset_m,
        log.human_offset_m + rule.offset_m,
        color=_ALLOWED,
        alpha=0.15,
        label=f'human-like ± {rule.offset_m:g} m',
    )
    axes.plot(log.time_s, log.offset_m - log.lane_centre_m, color=_DRIVEN, label='driven')
    axes.set_ylabel('offset from lane\ncentre [m], left +')


def _plot_heading(axes: Axes, log: DriveLog) -> None:
    allowed_deg = np.degrees(LaneCentreRule().heading_rad)
    axes.axhspan(-allowed_deg, allowed_deg, color=_ALLOWED, alpha=0.15)
    axes.plot(log.time_s, np.degrees(log.heading_error_rad), color=_DRIVEN)
    axes.set_ylabel('heading from\nroad [deg], left +')


def _mark_incidents(axes: Axes, log: DriveLog) -> None:
    for incident in log.incidents:
        if incident.kind not in (IncidentKind.FINISHED, IncidentKind.TIMEOUT):
            axes.axvline(incident.time_s, color=_EVENT, lw=0.8, ls='--')
