# SPDX-License-Identifier: Apache-2.0
"""Where do we go? From the curvature wanted to the one to ask for."""

from wpt_core.planning.trim import SteeringTrim, TrimSettings

__all__ = ['SteeringTrim', 'TrimSettings']
