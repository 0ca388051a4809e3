# SPDX-License-Identifier: Apache-2.0
"""Lateral control: route commands, the controller, steering trim and delay estimation."""

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
