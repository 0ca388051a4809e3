# SPDX-License-Identifier: Apache-2.0
"""Outlines of cars relative to their size: x of the length (0 front, 1 rear), y of half the width,
z of the height.
"""

from dataclasses import dataclass

__all__ = ['HATCHBACK', 'SALOON', 'SUV', 'VAN', 'Shape']


@dataclass(frozen=True, slots=True)
class Shape:
    """Outline of a kind of car in shares of its size."""

    nose: tuple[tuple[float, float, float, float], ...]
    """Rows from front to rear: x, bottom z, top z, half width."""
    belt: float
    """z where the windows begin."""
    glass: tuple[float, float, float, float, float, float]
    """x along the belt: windscreen, A pillar, B pillar, C pillar, rear pane, tail corner."""
    roof: tuple[float, float, float, float, float]
    """x along the roof: front edge, A, B, C pillar, rear edge."""
    roof_half: float
    """Half width of the roof."""
    wheel: float
    """Radius, in m for a body 1.5 m high."""
    axles: tuple[float, float]
    panelled: bool = False
    """Whether the sides behind the B pillar are sheet metal."""


SALOON = Shape(
    nose=(
        (0.000, 0.20, 0.44, 0.66),
        (0.020, 0.16, 0.50, 0.86),
        (0.085, 0.14, 0.545, 0.97),
        (0.300, 0.14, 0.655, 1.00),
        (0.550, 0.14, 0.675, 1.00),
        (0.800, 0.14, 0.690, 0.99),
        (0.960, 0.17, 0.700, 0.92),
        (1.000, 0.24, 0.640, 0.72),
    ),
    belt=0.655,
    glass=(0.275, 0.320, 0.535, 0.740, 0.875, 0.850),
    roof=(0.440, 0.455, 0.560, 0.690, 0.725),
    roof_half=0.66,
    wheel=0.325,
    axles=(0.195, 0.785),
)
HATCHBACK = Shape(
    nose=(
        (0.000, 0.19, 0.42, 0.66),
        (0.022, 0.15, 0.49, 0.87),
        (0.090, 0.13, 0.535, 0.97),
        (0.270, 0.13, 0.630, 1.00),
        (0.550, 0.13, 0.650, 1.00),
        (0.820, 0.13, 0.670, 0.98),
        (0.970, 0.16, 0.680, 0.90),
        (1.000, 0.24, 0.600, 0.74),
    ),
    belt=0.625,
    glass=(0.235, 0.290, 0.540, 0.800, 0.985, 0.955),
    roof=(0.420, 0.440, 0.570, 0.800, 0.880),
    roof_half=0.68,
    wheel=0.315,
    axles=(0.195, 0.815),
)
SUV = Shape(
    nose=(
        (0.000, 0.20, 0.50, 0.72),
        (0.018, 0.16, 0.56, 0.90),
        (0.070, 0.15, 0.590, 0.98),
        (0.270, 0.15, 0.645, 1.00),
        (0.550, 0.15, 0.655, 1.00),
        (0.820, 0.15, 0.665, 0.99),
        (0.975, 0.18, 0.670, 0.93),
        (1.000, 0.25, 0.600, 0.78),
    ),
    belt=0.635,
    glass=(0.245, 0.290, 0.540, 0.800, 0.985, 0.965),
    roof=(0.400, 0.420, 0.560, 0.820, 0.925),
    roof_half=0.72,
    wheel=0.345,
    axles=(0.190, 0.800),
)
VAN = Shape(
    nose=(
        (0.000, 0.16, 0.36, 0.72),
        (0.015, 0.13, 0.40, 0.92),
        (0.050, 0.12, 0.430, 0.99),
        (0.150, 0.12, 0.520, 1.00),
        (0.550, 0.12, 0.525, 1.00),
        (0.820, 0.12, 0.525, 1.00),
        (0.985, 0.14, 0.525, 0.97),
        (1.000, 0.16, 0.500, 0.93),
    ),
    belt=0.50,
    glass=(0.115, 0.160, 0.360, 0.700, 0.997, 0.990),
    roof=(0.260, 0.280, 0.400, 0.700, 0.985),
    roof_half=0.86,
    wheel=0.245,
    axles=(0.170, 0.780),
    panelled=True,
)
