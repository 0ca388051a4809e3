# SPDX-License-Identifier: Apache-2.0
"""Plans along a drive of the expert in the proving ground."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.referee.outcome import HeldOut
from training.referee.rows import Row, plan_function
from wpt_core.sensing import surround_rig
from wpt_core.types import Plan
from wpt_sim.drive import DriveLog, World
from wpt_sim.drivers import EXPERT
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites import run_scenario

__all__ = ['plan_along_expert']

_STEPS = 4
"""Steps of 50 ms per plan, the interval of histories in training."""
_WARM_S = 2.0
_TRUTH_S = 3.0
"""Length of the truth after every compared plan."""
_MOST_CASES = 40


class _PlanRecorder:
    """Lets every row plan on the same observations along a drive of the expert."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._planners = {row.name: plan_function(row, surround_rig()) for row in rows}
        self.plans: dict[str, list[Plan]] = {row.name: [] for row in rows}
        self.steps: list[int] = []
        self.images: list[NDArray[np.uint8]] = []
        self._step = 0

    def __call__(self, world: World) -> None:
        if self._step % _STEPS == 0 and not world.done:
            observation = world.observe()
            for name, plan in self._planners.items():
                self.plans[name].append(plan(observation))
            self.steps.append(self._step)
            self.images.append(observation.frames[0].image if observation.frames else _no_image())
        self._step += 1


def _no_image() -> NDArray[np.uint8]:
    lens = surround_rig().cameras[0].intrinsics
    return np.zeros((lens.height_px, lens.width_px, 3), np.uint8)


def plan_along_expert(rows: Sequence[Row], scenario: Scenario, seed: int) -> dict[str, HeldOut]:
    """Return plans by row; empty if the drive is too short."""
    recorder = _PlanRecorder(rows)
    outcome = run_scenario(
        scenario, EXPERT, seed, rig=surround_rig(), observer=recorder, split=Split.EVALUATION
    )
    log = outcome.log
    starts_s = log.time_s[recorder.steps]
    fits = np.flatnonzero((starts_s >= _WARM_S) & (starts_s <= log.time_s[-1] - _TRUTH_S))
    if not len(fits):
        return {}
    spread = np.linspace(0, len(fits) - 1, min(_MOST_CASES, len(fits)))
    chosen = fits[np.round(spread).astype(np.int64)]
    return {name: _kept(plans, chosen, recorder, log) for name, plans in recorder.plans.items()}


def _kept(
    plans: Sequence[Plan], chosen: NDArray[np.int64], recorder: _PlanRecorder, log: DriveLog
) -> HeldOut:
    picked = [plans[index] for index in chosen]
    middle = len(chosen) // 2
    size, tracks = log.footprint, log.tracks
    return HeldOut(
        steps=np.array(recorder.steps)[chosen],
        positions_m=np.array([plan.positions_m for plan in picked], np.float32),
        yaws_rad=np.array([plan.yaws_rad for plan in picked], np.float32),
        scales_m=np.array([plan.position_scales_m for plan in picked], np.float32),
        probabilities=np.array([plan.probabilities for plan in picked]),
        times_s=log.time_s,
        poses=np.column_stack([log.x_m, log.y_m, log.yaw_rad]),
        others=tracks.poses,
        velocities_mps=tracks.velocities_mps,
        present=tracks.present,
        sizes_m=tracks.sizes_m,
        agents=tracks.agents,
        footprint=np.array([size.length_m, size.width_m, size.centre_ahead_m]),
        image=recorder.images[chosen[middle]],
        image_sample=middle,
    )
