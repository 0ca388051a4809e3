# SPDX-License-Identifier: Apache-2.0
"""Where do we go? From a plan to the curvature to ask for."""

from wpt_core.planning.curvature import plan_curvature_1pm
from wpt_core.planning.trim import SteeringTrim, TrimSettings

__all__ = ['SteeringTrim', 'TrimSettings', 'plan_curvature_1pm']
