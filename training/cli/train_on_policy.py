# SPDX-License-Identifier: Apache-2.0
"""`wpt train on-policy`: the student drives, a teacher labels its drives, and it learns from them.

As in DAgger, in each round actors drive with the newest weights and write episodes, then the
learner continues from those weights with all episodes so far. The extractor stays frozen.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro

from training.cli.train_student import command_line
from training.engine.distributed import Process, training_process
from training.engine.optim import Count
from training.engine.run_folder import RunFolder, commit
from training.episodes.index import Episode, load_index
from training.on_policy.actors import Actors
from training.on_policy.driving import drive_and_label
from training.on_policy.process_actors import ProcessActors
from training.on_policy.ray_actors import RayActors
from training.on_policy.rounds import RoundPlan, drive_round
from training.simulators import find_simulator
from training.student.features import FeatureSet, held_out_names, split_episodes
from training.student.steering_stage import SteeringStage, train_steering
from training.student.temporal_stage import TemporalStage, train_temporal
from training.teachers import find_teacher
from wpt_core.model import Student
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import Bounds, InputError, check_bounds

__all__ = ['TrainOnPolicy', 'train_on_policy']


@dataclass(frozen=True)
class TrainOnPolicy:
    """Train a student on states of its own drives; continues an interrupted run.

    examples:
      wpt train on-policy --simulator proving_ground
      wpt train on-policy --start runs/student/student --rounds 4 --episodes 60
    """

    simulator: str = 'proving_ground'
    """Simulator in which the student drives."""
    start: Path = Path('runs/student/student')
    """Artifact to start with."""
    data: Path = Path('out/data/train')
    """Episodes of the expert, used in every round."""
    out: Path = Path('runs/on_policy')
    """Run folder: episodes, checkpoints, metrics and the artifact."""
    rounds: Count = 1
    """Rounds in total; a larger number continues a finished run."""
    episodes: Count = 120
    """New episodes in each round."""
    own_share: Annotated[float, Bounds(0.001, 0.999)] = 0.5
    """Share of the student's own drives in the samples. The extractor was not trained on their
    images, so its features have errors as on the road."""
    teacher: str = ''
    """Teacher that labels the rollouts; empty: the default of the simulator."""
    processes: Count = field(default_factory=lambda: os.cpu_count() or 1)
    """Number of actors."""
    actors: Literal['local', 'ray'] = 'local'
    """Processes of this machine, or Ray actors: see docs/many_machines.md."""
    ray_address: str = ''
    """Address of a running Ray cluster; empty: start Ray on this machine only."""
    seed: Annotated[int, Bounds(0, 4000)] = 0
    history: TemporalStage = field(
        default_factory=lambda: TemporalStage(steps=2000, learning_rate=4e-4)
    )
    """Training of the temporal model in each round."""
    steering: SteeringStage = field(default_factory=SteeringStage)
    """Training of the steering in each round."""

    def __post_init__(self) -> None:
        check_bounds(self)
        find_simulator(self.simulator)
        if self.teacher:
            find_teacher(self.teacher)
        if self.ray_address and self.actors != 'ray':
            raise InputError('--ray-address needs --actors ray')


def train_on_policy(config: TrainOnPolicy) -> Path:
    """Run all rounds; return the folder of the artifact."""
    # All inputs are checked before the run folder is made.
    load_artifact(config.start)
    demonstrations = load_index(config.data, surround_rig().names)
    run = RunFolder(config.out, config)
    newest = config.start
    with training_process() as process, _actors(config, process) as actors:
        for number in range(config.rounds):
            made = config.out / f'student_{number + 1}'
            if not made.is_dir():
                _one_round(config, demonstrations, run, actors, process, number, newest, made)
            newest = made
    artifact = config.out / 'student'
    if process.leads:
        last = load_artifact(newest)
        about = Origin(command_line(), commit())
        save_artifact(artifact, last.student, last.views, origin=about)
    return artifact


def _actors(config: TrainOnPolicy, process: Process) -> Actors:
    """Return actors whose buffer holds a whole round; they start with the first rollout."""
    drive = partial(drive_and_label, simulator=config.simulator, teacher=config.teacher)
    count, capacity = config.processes, config.episodes
    if config.actors == 'ray' and process.leads:
        return RayActors(drive, count, capacity=capacity, address=config.ray_address)
    return ProcessActors(drive, count, capacity=capacity)


def _one_round(
    config: TrainOnPolicy,
    demonstrations: list[Episode],
    run: RunFolder,
    actors: Actors,
    process: Process,
    number: int,
    newest: Path,
    made: Path,
) -> None:
    """Drive with the newest weights, train on all episodes, write the next artifact."""
    if process.leads:
        folder = config.out / 'episodes'
        drive_round(actors, RoundPlan(number, config.episodes, config.seed), folder, newest, run)
    process.wait()
    artifact = load_artifact(newest)
    student = _trained(config, demonstrations, run, process, number, artifact.student)
    if process.leads:
        save_artifact(
            made, student.cpu().eval(), artifact.views, origin=Origin(command_line(), commit())
        )
    process.wait()


def _trained(
    config: TrainOnPolicy,
    demonstrations: list[Episode],
    run: RunFolder,
    process: Process,
    number: int,
    student: Student,
) -> Student:
    student = student.to(process.device)
    training, held_out = split_episodes(demonstrations, held_out_names(demonstrations))
    own = _own(config, number)
    own_weight = config.own_share / (1.0 - config.own_share) * len(training) / len(own)
    episode_weights = np.array([1.0] * len(training) + [own_weight] * len(own))
    features = FeatureSet.of([*training, *own], student, half=process.autocast_dtype)
    validation = (
        FeatureSet.of(held_out, student, half=process.autocast_dtype) if held_out else None
    )
    train_temporal(
        student,
        features,
        stage=config.history,
        run=run,
        process=process,
        seed=config.seed + 1 + number,
        name=f'round_{number + 1}',
        episode_weights=episode_weights,
        held_out=validation,
    )
    train_steering(
        student,
        features,
        stage=config.steering,
        run=run,
        process=process,
        seed=config.seed + 1 + number,
        name=f'steering_{number + 1}',
        episode_weights=episode_weights,
        held_out=validation,
    )
    return student


def _own(config: TrainOnPolicy, number: int) -> list[Episode]:
    """Return the episodes of this run's students up to this round."""
    known = {f'{index:06d}' for index in range((number + 1) * config.episodes)}
    found = load_index(config.out / 'episodes', surround_rig().names)
    return [episode for episode in found if episode.path.name.rpartition('_')[2] in known]


def main(words: Sequence[str] | None = None) -> None:
    """The verb `train on-policy`."""
    config = tyro.cli(TrainOnPolicy, args=words, prog='wpt train on-policy')
    print(f'the student is in {train_on_policy(config)}')
