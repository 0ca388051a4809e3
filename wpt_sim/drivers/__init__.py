# SPDX-License-Identifier: Apache-2.0
"""Who drives? Something that is shown what a car would know and answers with an action."""

from wpt_core.types import unknown_name
from wpt_sim.drivers.driver import AnyDriverKind, Driver, DriverKind, PrivilegedKind, make_driver
from wpt_sim.drivers.expert import EXPERT, Expert
from wpt_sim.drivers.simple import CONSTANT_VELOCITY, STRAIGHT

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
    """The driver of this name; InputError lists the names there are."""
    for kind in DRIVERS:
        if kind.name == name:
            return kind
    raise unknown_name('driver', name, (kind.name for kind in DRIVERS))
