# SPDX-License-Identifier: Apache-2.0
"""The proving ground as a simulator, and disturbances of its drives."""

from training.simulators.proving_ground.session import (
    ProvingGroundStart,
    Style,
    on_policy_start,
)
from training.simulators.proving_ground.simulator import ProvingGround

__all__ = ['ProvingGround', 'ProvingGroundStart', 'Style', 'on_policy_start']
