# SPDX-License-Identifier: Apache-2.0
"""What a driver is, and who may see more than a car would know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wpt_core.types import Action, Observation
from wpt_sim.drive import Longitudinal, World

__all__ = ['AnyDriverKind', 'Driver', 'DriverKind', 'PrivilegedKind', 'make_driver']


class Driver(Protocol):
    """Drives one drive; made anew for the next."""

    def act(self, seen: Observation) -> Action:
        """What to ask of the car for the coming 50 ms."""
        ...


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A way to drive that lives on observations alone: it is never handed the world."""

    name: str
    summary: str
    make: Callable[[], Driver]
    needs_cameras: bool = False
    longitudinal: Longitudinal = Longitudinal.DRIVER
    frames_every: int = 1
    """Steps from one set of pictures to the next; in between the driver sees none."""


@dataclass(frozen=True, slots=True)
class PrivilegedKind:
    """A way to drive that looks at the world itself, for reference and for labels."""

    name: str
    summary: str
    make: Callable[[World], Driver]
    needs_cameras: bool = False
    longitudinal: Longitudinal = Longitudinal.DRIVER
    frames_every: int = 1
    """Steps from one set of pictures to the next; in between the driver sees none."""


AnyDriverKind = DriverKind | PrivilegedKind


def make_driver(kind: AnyDriverKind, world: World) -> Driver:
    """A driver for this drive; only a privileged kind is shown the world."""
    return kind.make(world) if isinstance(kind, PrivilegedKind) else kind.make()
