# SPDX-License-Identifier: Apache-2.0
"""Simulators for on-policy training, one folder each; see docs/adding/simulator.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.simulators.protocol import Simulator, Start, TimeStep
from training.simulators.proving_ground import ProvingGround, on_policy_start
from wpt_core.types import unknown_name

__all__ = ['SIMULATORS', 'Simulator', 'SimulatorKind', 'Start', 'TimeStep', 'find_simulator']


@dataclass(frozen=True, slots=True)
class SimulatorKind:
    """How a simulator and its rollouts are made."""

    make: Callable[..., Simulator[Any, Any]]
    """Called with `frames_every`: steps of 50 ms from one set of images to the next."""
    start: Callable[[int], Start]
    """Returns the start of on-policy rollout number n; equal numbers give equal starts."""
    teacher: str
    """Default teacher for its rollouts."""


SIMULATORS: dict[str, SimulatorKind] = {
    'proving_ground': SimulatorKind(ProvingGround, on_policy_start, teacher='recovery'),
}


def find_simulator(name: str) -> SimulatorKind:
    """Return the simulator of this name; raise InputError with all names if unknown."""
    if name not in SIMULATORS:
        raise unknown_name('simulator', name, SIMULATORS)
    return SIMULATORS[name]
