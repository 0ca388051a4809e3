# SPDX-License-Identifier: Apache-2.0
"""Who drives? Something that is shown what a car would know and answers with an action."""

from wpt_core.types import unknown_name
from wpt_sim.drivers.driver import AnyKind, Driver, DriverKind, PrivilegedKind, seat
from wpt_sim.drivers.expert import EXPERT, Expert
from wpt_sim.drivers.simple import CONSTANT_VELOCITY, STRAIGHT

__all__ = [
    'CONSTANT_VELOCITY',
    'DRIVERS',
    'EXPERT',
    'STRAIGHT',
    'AnyKind',
    'Driver',
    'DriverKind',
    'Expert',
    'PrivilegedKind',
    'build',
    'seat',
]

DRIVERS: tuple[AnyKind, ...] = (EXPERT, STRAIGHT, CONSTANT_VELOCITY)


def build(name: str) -> AnyKind:
    """The driver of this name; InputError lists the names there are."""
    for kind in DRIVERS:
        if kind.name == name:
            return kind
    raise unknown_name('driver', name, (kind.name for kind in DRIVERS))
