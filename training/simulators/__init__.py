# SPDX-License-Identifier: Apache-2.0
"""Where a student can be put to learn."""

from training.on_policy.actors import Simulator
from training.simulators.proving_ground.on_policy import drive_proving_ground
from wpt_core.types import unknown_name

__all__ = ['SIMULATORS', 'find_simulator']

SIMULATORS: dict[str, Simulator] = {'proving_ground': drive_proving_ground}


def find_simulator(name: str) -> Simulator:
    """The simulator of this name; InputError lists the names there are."""
    if name not in SIMULATORS:
        raise unknown_name('simulator', name, SIMULATORS)
    return SIMULATORS[name]
