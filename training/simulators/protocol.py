# SPDX-License-Identifier: Apache-2.0
"""What a simulator is: B rollouts in lockstep; and what a scene generator is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import Action, EgoState, Observation, Pose2

__all__ = ['SceneGenerator', 'Simulator', 'Start', 'TimeStep']

S_contra = TypeVar('S_contra', contravariant=True)
T = TypeVar('T')


@dataclass(frozen=True, eq=False, slots=True)
class TimeStep(Generic[T]):
    """One rollout at one step; the last one stays when the rollout is over."""

    observation: Observation
    """All that a driver may see."""
    ego: EgoState
    """As odometry records it."""
    done: bool = False
    truth: T | None = None
    """Privileged; None where the simulator has none, and when the rollout is over."""
    lost: bool = False
    """The rollout ended because its worker died; what was recorded of it is incomplete."""


class Start(Protocol):
    """Where a rollout begins; each simulator has its own kind."""

    @property
    def key(self) -> str:
        """Names the scenario in the episode."""
        ...


class Simulator(Protocol[S_contra, T]):
    """B rollouts that advance together, 50 ms a step. Equal starts and actions give equal bits."""

    def reset(self, starts: Sequence[S_contra]) -> list[TimeStep[T]]:
        """Begin B = len(starts) rollouts, in place of those before."""
        ...

    def step(self, actions: Sequence[Action]) -> list[TimeStep[T]]:
        """Apply B actions; those of rollouts that are over are ignored."""
        ...

    def close(self) -> None:
        """End worker processes and free memory; harmless when repeated."""
        ...


class SceneGenerator(Protocol[S_contra]):
    """Renders what is seen from poses; `VehicleSimulator` makes a simulator of it."""

    def begin(self, starts: Sequence[S_contra]) -> None:
        """Begin B scenes."""
        ...

    def render(self, poses: Sequence[Pose2]) -> list[Mapping[str, NDArray[np.uint8]]]:
        """Images (H, W, 3) RGB by camera for B poses of `base_link` in the frame of the starts."""
        ...
