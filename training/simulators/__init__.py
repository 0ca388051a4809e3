# SPDX-License-Identifier: Apache-2.0
"""Where a student drives to learn: one folder for each simulator; docs/adding/simulator.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.simulators.protocol import Simulator, Start, TimeStep
from training.simulators.proving_ground import ProvingGround, on_policy_start
from wpt_core.types import unknown_name

__all__ = ['SIMULATORS', 'Simulator', 'SimulatorKind', 'Start', 'TimeStep', 'find_simulator']


@dataclass(frozen=True, slots=True)
class SimulatorKind:
    """A line of the table."""

    make: Callable[..., Simulator[Any, Any]]
    """With `frames_every`, the steps of 50 ms from one set of images to the next."""
    start: Callable[[int], Start]
    """Of the on-policy rollout with this number; equal numbers, equal starts."""
    teacher: str
    """Labels its rollouts unless another one is named."""


SIMULATORS: dict[str, SimulatorKind] = {
    'proving_ground': SimulatorKind(ProvingGround, on_policy_start, teacher='recovery'),
}


def find_simulator(name: str) -> SimulatorKind:
    """The simulator of this name; InputError lists all names."""
    if name not in SIMULATORS:
        raise unknown_name('simulator', name, SIMULATORS)
    return SIMULATORS[name]
