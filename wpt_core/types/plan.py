# SPDX-License-Identifier: Apache-2.0
"""Plan: several hypotheses of the future trajectory, each with its uncertainty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ['HORIZON_S', 'POINT_COUNT', 'Plan', 'plan_times_s']

HORIZON_S = 10.0
POINT_COUNT = 33


def plan_times_s() -> NDArray[np.float64]:
    """Return the times of the plan points after the image, (33,): dense first, sparse later."""
    return HORIZON_S * (np.arange(POINT_COUNT) / (POINT_COUNT - 1)) ** 2


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """H hypotheses over P points, in `base_link` at the time of the images."""

    stamp_s: float
    times_s: NDArray[np.float64]
    """(P,) after `stamp_s`, rising from 0."""
    positions_m: NDArray[np.float64]
    """(H, P, 2): x forward, y left."""
    speeds_mps: NDArray[np.float64]
    """(H, P)."""
    accelerations_mps2: NDArray[np.float64]
    """(H, P), along the path."""
    yaws_rad: NDArray[np.float64]
    """(H, P)."""
    yaw_rates_radps: NDArray[np.float64]
    """(H, P)."""
    position_scales_m: NDArray[np.float64]
    """(H, P, 2): Laplace scale of each position."""
    probabilities: NDArray[np.float64]
    """(H,), sum 1."""

    @property
    def best(self) -> int:
        """Index of the most probable hypothesis."""
        return int(np.argmax(self.probabilities))
