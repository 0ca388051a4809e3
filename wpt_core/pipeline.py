# SPDX-License-Identifier: Apache-2.0
"""The planner pipeline: images to views, features, a decision and a plan."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.model import (
    FeatureBuffer,
    RawDecision,
    StudentConfig,
    decode_action,
    decode_plan,
    units,
)
from wpt_core.model.artifact import Artifact
from wpt_core.model.runtime import Backend
from wpt_core.sensing import CameraSet, ViewWarper
from wpt_core.types import Action, CameraFrame, Command, Plan, Rig

__all__ = ['Planner', 'PlannerOutput']


@dataclass(frozen=True, eq=False, slots=True)
class PlannerOutput:
    """Result of planning on one camera set."""

    plan: Plan
    action: Action
    """Commanded by the network, for now + actuator delay."""
    alive: NDArray[np.bool_]
    """(N,): which views are alive."""
    raw: RawDecision

    @property
    def sees_ahead(self) -> bool:
        """Whether the first view is alive; without it the student must not drive (`check_rig`)."""
        return bool(self.alive[0])


class Planner:
    """Plans for one rig with one student; buffers the features of the last two seconds."""

    def __init__(
        self,
        backend: Backend,
        config: StudentConfig,
        *,
        plan_scales: NDArray[np.float32],
        views: Rig,
        rig: Rig,
    ) -> None:
        """`views`: those the student was trained on; `rig`: the cameras of the car."""
        self._backend = backend
        self._plan_scales = plan_scales
        self._warper = ViewWarper(rig, views)
        self._cameras = CameraSet()
        self._features = FeatureBuffer(config)
        self._newest_s = -math.inf

    @classmethod
    def of(cls, artifact: Artifact, backend: Backend, rig: Rig) -> 'Planner':
        """Return a planner for the student of an artifact, run by the back end."""
        return cls(
            backend,
            artifact.config,
            plan_scales=artifact.plan_scales,
            views=artifact.views,
            rig=rig,
        )

    def reset(self) -> None:
        """Reset all state, for instance between drives."""
        self._cameras.reset()
        self._features.reset()
        self._newest_s = -math.inf

    def plan(
        self,
        frames: Sequence[CameraFrame],
        *,
        stamp_s: float,
        speed_mps: float,
        command: Command,
        delay_s: float,
    ) -> PlannerOutput:
        """Plan on the images since the last call and earlier ones that are recent enough.

        `frames` may be empty: missing views are masked. A stamp that runs back resets the state.
        """
        if stamp_s < self._newest_s:
            self.reset()
        self._newest_s = stamp_s
        self._cameras.add(frames)
        views, alive = self._warper.warp(self._cameras.at(stamp_s))
        features = self._backend.extract(views, alive)
        self._features.add(stamp_s, features, units.conditions(speed_mps, command, delay_s))
        raw = self._backend.decide(self._features.history())
        return PlannerOutput(
            plan=decode_plan(raw, self._plan_scales, speed_mps=speed_mps, stamp_s=stamp_s),
            action=decode_action(raw, speed_mps=speed_mps),
            alive=alive,
            raw=raw,
        )
