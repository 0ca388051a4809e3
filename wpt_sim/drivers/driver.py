# SPDX-License-Identifier: Apache-2.0
"""The driver protocol, kinds of drivers, and the two baselines without sensors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wpt_core.types import Action, Observation
from wpt_sim.drive import Longitudinal, World

__all__ = [
    'CONSTANT_VELOCITY',
    'STRAIGHT',
    'AnyDriverKind',
    'Driver',
    'DriverKind',
    'HandsOff',
    'PrivilegedKind',
    'make_driver',
]


class Driver(Protocol):
    """Drives one drive; each drive gets a new instance."""

    def act(self, observation: Observation) -> Action:
        """Return the action for the next 50 ms."""
        ...


@dataclass(frozen=True, slots=True)
class DriverKind:
    """A driver that gets observations only, never the world."""

    name: str
    summary: str
    make: Callable[[], Driver]
    needs_cameras: bool = False
    longitudinal: Longitudinal = Longitudinal.DRIVER
    frames_every: int = 1
    """Steps between camera frames; observations in between have none."""


@dataclass(frozen=True, slots=True)
class PrivilegedKind:
    """A driver that reads the world itself, for reference and for labels."""

    name: str
    summary: str
    make: Callable[[World], Driver]
    needs_cameras: bool = False
    longitudinal: Longitudinal = Longitudinal.DRIVER
    frames_every: int = 1
    """Steps between camera frames; observations in between have none."""


AnyDriverKind = DriverKind | PrivilegedKind


def make_driver(kind: AnyDriverKind, world: World) -> Driver:
    """Create a driver for this drive; only a privileged kind gets the world."""
    return kind.make(world) if isinstance(kind, PrivilegedKind) else kind.make()


class HandsOff:
    """Zero curvature and zero acceleration."""

    def act(self, _observation: Observation) -> Action:
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
