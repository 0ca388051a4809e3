# SPDX-License-Identifier: Apache-2.0
"""Where do we go? From the curvature wanted to the one to ask for."""

from wpt_core.planning.command import CommandChoice
from wpt_core.planning.controller import Controller, ControllerSettings
from wpt_core.planning.delay import DelayEstimator, DelaySettings
from wpt_core.planning.trim import SteeringTrim, TrimSettings

__all__ = [
    'CommandChoice',
    'Controller',
    'ControllerSettings',
    'DelayEstimator',
    'DelaySettings',
    'SteeringTrim',
    'TrimSettings',
]
