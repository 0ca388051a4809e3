# SPDX-License-Identifier: Apache-2.0
"""A planner in its process, the car around it, and what a test asks of both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from fake_car import FakeCar
from node_harness import Probe, Running
from wpt_msgs.msg import PlannerStatus

from wpt_core.model import Student, preset
from wpt_core.model.artifact import save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig
from wpt_ros import topics

__all__ = ['DEGRADED', 'FAULT', 'PLANNING', 'WAITING', 'Drive', 'small_student']

WAITING, PLANNING = PlannerStatus.WAITING, PlannerStatus.PLANNING
DEGRADED, FAULT = PlannerStatus.DEGRADED, PlannerStatus.FAULT
FOUND = {'input', 'internal', 'camera_masked', 'picture_damaged', 'quality_mismatch'}
"""Codes of what can be wrong; that a plan is late may be the fault of a busy machine."""


def small_student(folder: Path) -> str:
    """An artifact, untrained; the folder as a parameter has it."""
    torch.manual_seed(3)
    student = Student(preset('debug')).eval()
    save_artifact(folder, student, surround_rig(), origin=Origin('a command', 'a commit'))
    return str(folder)


@dataclass(eq=False)
class Drive:
    """A planner, the car around it, and what is heard of it."""

    node: Running
    probe: Probe
    car: FakeCar
    diagnosis: Callable[[], Any] = field(init=False)
    statuses: list[Any] = field(init=False)
    plans: list[Any] = field(init=False)
    paths: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.diagnosis = self.probe.diagnosis('planner')
        self.statuses = self.probe.collect(topics.PLANNER_STATUS)
        self.plans = self.probe.collect(topics.PLAN)
        self.paths = self.probe.collect(topics.PATH)

    def __repr__(self) -> str:
        return 'Drive'

    @property
    def figures(self) -> dict[str, str]:
        """Of the diagnostics; those of what is wrong are there while it is."""
        newest = self.diagnosis()
        return {value.key: value.value for value in newest.values} if newest else {}

    def comes_to(self, state: int, *words: str) -> Any:
        """The first status from now on of this state whose notices have these words."""
        self.statuses.clear()
        self.probe.until(
            lambda: self.statuses and self._is(state, words),
            f'state {state} with {words}',
            otherwise=lambda: f'{self.statuses[-1:]}\n{self.node.log_text}',
        )
        return self.statuses[-1]

    def is_diagnosed(self, *words: str) -> None:
        """The diagnostics say so too."""
        self.probe.until(
            lambda: (
                self.figures.keys() & FOUND
                and all(word in self.diagnosis().message for word in words)
            ),
            f'a diagnosis with {words}',
            otherwise=lambda: str(self.diagnosis()),
        )

    def recovers(self) -> None:
        """Plans with all cameras; nothing is wrong any more, and nothing failed on the way."""
        self.statuses.clear()
        self.probe.until(
            lambda: (
                self.statuses
                and self.statuses[-1].state == PLANNING
                and not {notice.code for notice in self.statuses[-1].notices} & FOUND
                and self.figures
                and not self.figures.keys() & FOUND
            ),
            'a sound planner',
            otherwise=lambda: f'{self.statuses[-1:]}\n{self.diagnosis()}\n{self.node.log_text}',
        )
        assert self.node.process.poll() is None
        assert self.node.tracebacks == 0, self.node.log_text

    def makes_plans(self, count: int = 4) -> list[tuple[int, int]]:
        """Stamps of the next ones."""
        self.plans.clear()
        self.probe.until(lambda: len(self.plans) >= count, f'{count} plans')
        return [(plan.header.stamp.sec, plan.header.stamp.nanosec) for plan in self.plans]

    def _is(self, state: int, words: tuple[str, ...]) -> bool:
        status = self.statuses[-1]
        said = ' '.join(notice.text for notice in status.notices)
        return bool(status.state == state and all(word in said for word in words))
