# SPDX-License-Identifier: Apache-2.0
"""Recording of episodes: drive, label, write the bag."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from training.episodes.episode import TRAINING, About, EpisodeWriter
from training.episodes.rollout import Rollout, Targets
from training.simulators import TimeStep
from training.simulators.proving_ground import ProvingGround, ProvingGroundStart, Style
from training.simulators.proving_ground.truth_recorder import TruthRecorder
from training.simulators.recorder import VIEWS_EVERY, drive
from training.teachers import TEACHERS
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Command, EgoState, InputError, Pose2, plan_times_s

__all__ = ['EpisodeJob', 'Style', 'record_episode', 'write_episode']

_EPOCH_S = 1.0
"""First stamp in a bag; 0 means "no time" in ROS."""
_LEAST_SPEED_MPS = 1.0


@dataclass(frozen=True, slots=True)
class EpisodeJob:
    """Everything that determines a demonstrated episode."""

    index: int
    """Number of the scenario."""
    style: Style
    path: Path
    split: str = TRAINING
    truth: tuple[str, ...] = ()
    """Kinds of `training.episodes.truth.TRUTH` to record as well."""
    cameras: tuple[str, ...] = ()
    """Names of those to render; empty: all."""


def record_episode(job: EpisodeJob) -> Path:
    """Record and label a drive of the expert in the proving ground; return its path."""
    start = ProvingGroundStart(job.index, job.style, demonstrated=True, cameras=job.cameras)
    simulator = ProvingGround(frames_every=VIEWS_EVERY)
    (rollout,) = drive(simulator, [_demonstrate], [start])
    assert rollout is not None
    about = About(
        source='proving_ground',
        driver='expert',
        actuator_delay_s=round(rollout.actuator_delay_s, 4),
        scenario=start.key,
        seed=job.index,
        split=job.split,
        perturbed=not start.clean,
    )
    (world,) = simulator.worlds
    truth = partial(TruthRecorder, world=world, rig=world.rig or surround_rig(), kinds=job.truth)
    targets = TEACHERS['recovery'].label(rollout)
    write_episode(job.path, rollout, targets, about=about, truth=truth)
    return job.path


def write_episode(
    path: Path,
    rollout: Rollout,
    targets: Targets,
    *,
    about: About,
    truth: Callable[[EpisodeWriter], TruthRecorder] | None = None,
) -> None:
    """Write the bag of a rollout with views; labels are the most probable hypotheses.

    `truth` makes a writer of privileged truth.
    """
    commands, actions = rollout.commands, rollout.actions
    if commands is None or actions is None or len(rollout.views) != len(commands):
        raise InputError(
            f'{path}: an episode needs images, commands and actions, and the rollout lacks some; '
            'record them in the simulator'
        )
    with EpisodeWriter(path, surround_rig(), about) as writer:
        recorder = None if truth is None else truth(writer)
        if recorder is not None:
            recorder.begin(_EPOCH_S)
        for step, ego in enumerate(islice(_egos(rollout), len(actions))):
            writer.odometry(ego)
            row, between = divmod(step, VIEWS_EVERY)
            if between:
                continue
            stamp_s = _EPOCH_S + float(rollout.view_times_s[row])
            writer.views(stamp_s, rollout.views[row], Command(int(commands[row])))
            if recorder is not None and rollout.truth is not None:
                recorder.scene(stamp_s, rollout.truth[row].scene)
            label = targets.labels(row)
            if label is not None:
                writer.labels(stamp_s, label, plan_times_s())


def _demonstrate(step: TimeStep[Any]) -> Action:
    """Return the action of the simulator's privileged driver."""
    assert step.truth is not None
    action: Action = step.truth.demonstration
    return action


def _egos(rollout: Rollout) -> Iterator[EgoState]:
    driven = rollout.driven
    columns = (
        *(driven.times_s + _EPOCH_S, driven.x_m, driven.y_m, driven.yaw_rad),
        *(driven.speed_mps, driven.acceleration_mps2, driven.yaw_rate_radps),
    )
    for row in zip(*(column.tolist() for column in columns), strict=True):
        time_s, x_m, y_m, yaw_rad, speed, acceleration, rate = row
        curvature = rate / max(speed, _LEAST_SPEED_MPS)
        yield EgoState(time_s, Pose2(x_m, y_m, yaw_rad), speed, acceleration, rate, curvature)
