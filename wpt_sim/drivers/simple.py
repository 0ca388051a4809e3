# SPDX-License-Identifier: Apache-2.0
"""Drivers that look at nothing: what every other one must beat."""

from wpt_core.types import Action, Observation
from wpt_sim.drive import Longitudinal
from wpt_sim.drivers.driver import DriverKind

__all__ = ['CONSTANT_VELOCITY', 'STRAIGHT', 'HandsOff']


class HandsOff:
    """Asks for no curvature and no acceleration."""

    def act(self, _seen: Observation) -> Action:
        return Action(0.0, 0.0)


STRAIGHT = DriverKind(
    'straight',
    'steers straight on; the cruise control keeps the speed',
    HandsOff,
    longitudinal=Longitudinal.ACC,
)
CONSTANT_VELOCITY = DriverKind(
    'constant_velocity',
    'steers straight on at the speed it starts with',
    HandsOff,
)
