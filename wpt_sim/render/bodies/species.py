# SPDX-License-Identifier: Apache-2.0
"""Species of plants and their shapes."""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ['HABITS', 'Habit', 'Species']


class Species(IntEnum):
    """Species of plants."""

    BROAD = 0
    TALL = 1
    BIRCH = 2
    SPRUCE = 3
    PINE = 4
    BUSH = 5
    SHRUB = 6


@dataclass(frozen=True, slots=True)
class Habit:
    """Shape of a species, as shares of its height."""

    aspect: float
    balls: tuple[tuple[float, float, float, float], ...]
    """Crown ellipsoids: right, up, half width, half height."""
    clumps: int
    leaf_px: float
    leaf: tuple[float, float, float]
    trunk: tuple[float, float, float]
    girth: float


HABITS = {
    Species.BROAD: Habit(
        0.86,
        ((0, 0.64, 0.33, 0.28), (-0.18, 0.52, 0.20, 0.18), (0.19, 0.55, 0.20, 0.19),
         (0.03, 0.82, 0.22, 0.16)),
        210, 3.2, (0.062, 0.100, 0.024), (0.085, 0.065, 0.048), 0.030,
    ),
    Species.TALL: Habit(
        0.50,
        ((0, 0.58, 0.17, 0.34), (0.02, 0.80, 0.13, 0.18), (-0.04, 0.38, 0.16, 0.17)),
        190, 2.8, (0.052, 0.088, 0.022), (0.080, 0.066, 0.052), 0.022,
    ),
    Species.BIRCH: Habit(
        0.60,
        ((0, 0.66, 0.20, 0.30), (-0.10, 0.52, 0.14, 0.17), (0.11, 0.58, 0.14, 0.18),
         (0.0, 0.86, 0.12, 0.12)),
        120, 2.2, (0.095, 0.128, 0.030), (0.42, 0.41, 0.38), 0.015,
    ),
    Species.SPRUCE: Habit(
        0.50, (), 34, 2.0, (0.022, 0.046, 0.020), (0.060, 0.045, 0.034), 0.020,
    ),
    Species.PINE: Habit(
        0.66,
        ((0, 0.82, 0.24, 0.13), (-0.15, 0.70, 0.16, 0.10), (0.17, 0.74, 0.15, 0.10)),
        110, 2.4, (0.034, 0.062, 0.024), (0.120, 0.080, 0.055), 0.022,
    ),
    Species.BUSH: Habit(
        1.30,
        ((-0.28, 0.34, 0.33, 0.38), (0.24, 0.38, 0.36, 0.42), (0, 0.58, 0.30, 0.32),
         (0, 0.22, 0.5, 0.2)),
        200, 5.0, (0.062, 0.094, 0.026), (0.06, 0.05, 0.04), 0.0,
    ),
    Species.SHRUB: Habit(
        1.55,
        ((-0.40, 0.34, 0.30, 0.36), (0.05, 0.42, 0.40, 0.44), (0.46, 0.30, 0.26, 0.32),
         (0, 0.18, 0.6, 0.18)),
        170, 5.6, (0.084, 0.092, 0.032), (0.06, 0.05, 0.04), 0.0,
    ),
}  # fmt: skip
