# SPDX-License-Identifier: Apache-2.0
"""A place and a heading in the plane."""

from dataclasses import dataclass

__all__ = ['Pose2']


@dataclass(frozen=True, slots=True)
class Pose2:
    """Position and heading of a body in a stated frame; yaw counter-clockwise from +x."""

    x_m: float
    y_m: float
    yaw_rad: float
