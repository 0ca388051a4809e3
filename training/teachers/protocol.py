# SPDX-License-Identifier: Apache-2.0
"""Teacher protocol: labels for a recorded rollout, independent of its driver."""

from typing import Literal, Protocol

from training.episodes.rollout import Rollout, Targets

__all__ = ['Knowledge', 'Teacher']

Knowledge = Literal['bag', 'privileged']
"""`bag`: what a car records. `privileged`: what only a simulator knows."""


class Teacher(Protocol):
    """Says what should have been done at each set of views."""

    @property
    def name(self) -> str:
        """As in the table of teachers."""
        ...

    @property
    def knowledge(self) -> Knowledge:
        """What its labels are made from; tables of results state it."""
        ...

    def label(self, rollout: Rollout) -> Targets:
        """Targets at the rollout's view times; InputError where it lacks what is needed."""
        ...
