# SPDX-License-Identifier: Apache-2.0
"""Table of lens models.

A new model is a member of `LensModel`, a file such as `fisheye_lens.py`, and a line here.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wpt_core.geometry import fisheye_lens, polynomial_lens
from wpt_core.geometry.transforms import FloatArray
from wpt_core.types import LensModel

__all__ = ['LENSES', 'Lens']

Coefficients = tuple[float, ...]
"""As in `Intrinsics.distortion`."""


@dataclass(frozen=True, slots=True)
class Lens:
    """Functions of a lens model; what the lens cannot show is NaN."""

    seen_from: Callable[[Coefficients, FloatArray], FloatArray]
    """Projects directions (..., 3) of any length to (..., 2) in focal lengths."""
    plane_from: Callable[[Coefficients, FloatArray], FloatArray]
    """Inverts it to points (..., 2) of the plane z = 1."""
    radius_at: Callable[[float], float]
    """Distance from the centre of an angle from the axis, without distortion."""
    widest_deg: float
    """Largest field of view of a camera with this lens."""


_POLYNOMIAL = Lens(polynomial_lens.seen_from, polynomial_lens.undistorted, math.tan, 170.0)
LENSES: Mapping[LensModel, Lens] = {
    LensModel.PLUMB_BOB: _POLYNOMIAL,
    LensModel.RATIONAL_POLYNOMIAL: _POLYNOMIAL,
    LensModel.EQUIDISTANT: Lens(fisheye_lens.seen_from, fisheye_lens.plane_from, float, 360.0),
}
