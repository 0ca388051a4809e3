# SPDX-License-Identifier: Apache-2.0
"""Drive rollouts in any simulator and record them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.episodes.rollout import Driven, Rollout
from training.simulators.protocol import Simulator, TimeStep
from wpt_core.types import Action

__all__ = ['VIEWS_EVERY', 'Policy', 'drive']

VIEWS_EVERY = 4
"""Steps of 50 ms from one recorded set of views to the next."""

Policy = Callable[[TimeStep[Any]], Action]
"""Drives one rollout; a student reads only the observation."""

_STANDING = Action(0.0, 0.0)


def drive(
    simulator: Simulator[Any, Any],
    policies: Sequence[Policy],
    starts: Sequence[Any],
    *,
    version: int | None = None,
) -> list[Rollout | None]:
    """Return one complete rollout for each policy and start; None for those that were lost.

    Only every `VIEWS_EVERY`-th step's images are recorded.
    """
    recordings = [_Recording() for _ in starts]
    newest = simulator.reset(starts)
    while not all(step.done for step in newest):
        actions = [
            _STANDING if step.done else policy(step)
            for policy, step in zip(policies, newest, strict=True)
        ]
        for recording, step, action in zip(recordings, newest, actions, strict=True):
            if not step.done:
                recording.add(step, action)
        newest = simulator.step(actions)
    return [
        None if step.lost or not recording.steps else recording.rollout(step, version)
        for recording, step in zip(recordings, newest, strict=True)
    ]


class _Recording:
    """Steps and actions of one rollout so far."""

    def __init__(self) -> None:
        self.steps: list[TimeStep[Any]] = []
        self._actions: list[Action] = []

    def add(self, step: TimeStep[Any], action: Action) -> None:
        self.steps.append(step)
        self._actions.append(action)

    def rollout(self, last: TimeStep[Any], version: int | None) -> Rollout:
        shown = self.steps[::VIEWS_EVERY]
        truths = tuple(step.truth for step in shown)
        return Rollout(
            driven=_driven([*self.steps, last]),
            view_times_s=np.array([step.observation.time_s for step in shown]),
            actuator_delay_s=shown[0].observation.actuator_delay_s,
            commands=np.array([int(step.observation.command) for step in shown], np.int64),
            actions=np.array([(a.curvature_1pm, a.acceleration_mps2) for a in self._actions]),
            views=tuple(
                {frame.camera: frame.image for frame in step.observation.frames} for step in shown
            ),
            truth=None if any(truth is None for truth in truths) else truths,
            version=version,
        )


def _driven(steps: Sequence[TimeStep[Any]]) -> Driven:
    egos = [step.ego for step in steps]
    return Driven(
        times_s=np.array([ego.stamp_s for ego in egos]),
        x_m=np.array([ego.pose.x_m for ego in egos]),
        y_m=np.array([ego.pose.y_m for ego in egos]),
        yaw_rad=np.unwrap([ego.pose.yaw_rad for ego in egos]),
        speed_mps=np.array([ego.speed_mps for ego in egos]),
        acceleration_mps2=np.array([ego.acceleration_mps2 for ego in egos]),
        yaw_rate_radps=np.array([ego.yaw_rate_radps for ego in egos]),
    )
