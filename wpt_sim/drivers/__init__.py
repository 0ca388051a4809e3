# SPDX-License-Identifier: Apache-2.0
"""Drivers: they map an observation to an action, every 50 ms."""

from wpt_core.types import unknown_name
from wpt_sim.drivers.driver import (
    CONSTANT_VELOCITY,
    STRAIGHT,
    AnyDriverKind,
    Driver,
    DriverKind,
    PrivilegedKind,
    make_driver,
)
from wpt_sim.drivers.expert import EXPERT, Expert

__all__ = [
    'CONSTANT_VELOCITY',
    'DRIVERS',
    'EXPERT',
    'STRAIGHT',
    'AnyDriverKind',
    'Driver',
    'DriverKind',
    'Expert',
    'PrivilegedKind',
    'find_driver',
    'make_driver',
]

DRIVERS: tuple[AnyDriverKind, ...] = (EXPERT, STRAIGHT, CONSTANT_VELOCITY)


def find_driver(name: str) -> AnyDriverKind:
    """Return the driver of this name. Raise InputError with the known names otherwise."""
    for kind in DRIVERS:
        if kind.name == name:
            return kind
    raise unknown_name('driver', name, (kind.name for kind in DRIVERS))
