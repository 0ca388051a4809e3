# SPDX-License-Identifier: Apache-2.0
"""Plans whose answer is known."""

from collections.abc import Callable

import numpy as np
import pytest

from wpt_core.types import Plan, plan_times_s


@pytest.fixture
def circle_plan() -> Callable[..., Plan]:
    """One hypothesis that drives a circle."""

    def make(*, speed_mps: float, curvature_1pm: float) -> Plan:
        times_s = plan_times_s()
        yaws = speed_mps * curvature_1pm * times_s
        radius_m = 1.0 / curvature_1pm
        places = radius_m * np.stack([np.sin(yaws), 1.0 - np.cos(yaws)], axis=-1)
        return Plan(
            stamp_s=0.0,
            times_s=times_s,
            positions_m=places[None],
            speeds_mps=np.full((1, 33), speed_mps),
            accelerations_mps2=np.zeros((1, 33)),
            yaws_rad=yaws[None],
            yaw_rates_radps=np.full((1, 33), speed_mps * curvature_1pm),
            position_scales_m=np.ones((1, 33, 2)),
            probabilities=np.ones(1),
        )

    return make
