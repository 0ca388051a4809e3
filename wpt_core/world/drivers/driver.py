# SPDX-License-Identifier: Apache-2.0
"""What a driver is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wpt_core.types import Action
from wpt_core.world.observation import Observation
from wpt_core.world.simulation import Longitudinal, World

__all__ = ['Driver', 'DriverKind']


class Driver(Protocol):
    """Drives one drive; made anew for the next."""

    def act(self, seen: Observation) -> Action:
        """What to ask of the car for the coming 50 ms."""
        ...


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A way to drive, and what the world must provide for it."""

    name: str
    summary: str
    make: Callable[[World], Driver]
    """A driver for one drive. Only a privileged one may look at the world it is handed."""
    needs_cameras: bool = False
    longitudinal: Longitudinal = Longitudinal.DRIVER
    privileged: bool = False
