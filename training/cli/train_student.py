# SPDX-License-Identifier: Apache-2.0
"""`wpt train student`: imitation learning in three stages: extractor, temporal model, steering."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import torch
import tyro
from torch import Tensor

from training.engine.distributed import Process, training_process
from training.engine.run_folder import RunFolder, commit, strip_prefix, trained_weights
from training.episodes.index import Episode, load_index
from training.student.extractor_stage import ExtractorStage, train_extractor
from training.student.features import FeatureSet, held_out_names, split_episodes
from training.student.image_batches import Samples
from training.student.sample_table import SampleTable
from training.student.steering_stage import SteeringStage, train_steering
from training.student.temporal_stage import TemporalStage, train_temporal
from training.teachers import TEACHERS
from wpt_core.model import Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import MANIFEST, Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import Bounds, InputError, check_bounds

__all__ = ['Method', 'Seed', 'TrainStudent', 'command_line', 'select', 'train_student']

Method = Literal['bc', 'bc_perturbed']
Seed = Annotated[int, Bounds(0, 2**32 - 1)]


@dataclass(frozen=True)
class TrainStudent:
    """Train a student by imitation; continues an interrupted run.

    examples:
      wpt train student --preset debug --out runs/try
      wpt train student --preset mini
      wpt train student --preset mini --method bc --extractor runs/student --out runs/bc
      wpt train student --extractor models/student --data data/mine --out runs/mine
      wpt train student --start models/student --out runs/more \\
          --pictures.steps 4000 --pictures.ahead-steps 3000
    """

    preset: str = 'mini'
    """Size of the network: debug, mini or base. With debug, the defaults of all settings are those
    of a run of about a minute; --preset debug --help shows them."""
    data: Path = Path('out/data/train')
    """Folder of episodes, made by wpt prepare."""
    episodes: Annotated[int, Bounds(0, 100_000_000)] = 0
    """Number of episodes to use, spread over the folder; 0: all."""
    out: Path = Path('runs/student')
    """Run folder: checkpoints, metrics and the artifact."""
    method: Method = 'bc_perturbed'
    """bc: clean drives with recorded labels; bc_perturbed: all drives with labels of the
    expert, including drives with pushes off the line."""
    extractor: Path | None = None
    """Use the extractor of this run or artifact instead of training one."""
    start: Path | None = None
    """Start with the weights of this artifact of the same preset. With fewer --pictures.steps also
    set fewer --pictures.ahead-steps, otherwise all steps use the front view only."""
    seed: Seed = 0
    """Seed of weights, batches and augmentation."""
    pictures: ExtractorStage = field(default_factory=ExtractorStage)
    """First stage: extractor."""
    history: TemporalStage = field(default_factory=TemporalStage)
    """Second stage: temporal model."""
    steering: SteeringStage = field(default_factory=SteeringStage)
    """Third stage: steering."""

    def __post_init__(self) -> None:
        preset(self.preset)
        check_bounds(self)


_DEBUG = TrainStudent(
    preset='debug',
    episodes=12,
    pictures=ExtractorStage(steps=60, ahead_steps=40, batch=16, warm_up=10, save_every=20),
    history=TemporalStage(steps=200, batch=32, warm_up=20),
    steering=SteeringStage(steps=500, warm_up=50),
)


def defaults(words: Sequence[str] | None) -> TrainStudent:
    """Return the defaults of settings that a command line does not name."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--preset', nargs='?')
    named = parser.parse_known_args(words)[0].preset
    return _DEBUG if named == _DEBUG.preset else TrainStudent()


def train_student(config: TrainStudent) -> Path:
    """Run all stages; return the folder of the artifact."""
    with training_process() as process:
        torch.manual_seed(config.seed)
        student = Student(preset(config.preset)).to(process.device)
        # All inputs are checked before the run folder is made.
        episodes = _episodes(config)
        if config.start is not None:
            _load_weights(student, config.start, _weights_of(config.start))
        if config.extractor is not None:
            load_extractor(student, config.extractor)
        run = RunFolder(config.out, config)
        if config.extractor is None:
            _train_extractor_stage(student, episodes, run, process, config)
            process.wait()  # until rank 0 has written the checkpoint
            load_extractor(student, config.out)
        _train_later_stages(student, episodes, run, process, config)
    artifact = config.out / 'student'
    if process.leads:
        about = Origin(command_line(), commit())
        save_artifact(artifact, student.cpu().eval(), surround_rig(), origin=about)
    return artifact


@dataclass(frozen=True, eq=False, slots=True)
class _Episodes:
    """Training and validation episodes of the stages."""

    extractor: list[Episode]
    """For the extractor, with any method."""
    extractor_validation: list[Episode]
    later: list[Episode]
    """For the stages after the extractor."""
    later_validation: list[Episode]


def _episodes(config: TrainStudent) -> _Episodes:
    found = load_index(config.data, surround_rig().names, most=config.episodes)
    held_out = held_out_names(found)
    seen = split_episodes(found, held_out)
    planned = split_episodes(select(config, found), held_out)
    if not all(Samples.labelled(training).count for training in (seen[0], planned[0])):
        raise InputError(f'{config.data}: no sample has a label; make episodes with ./wpt prepare')
    return _Episodes(*seen, *planned)


def _train_extractor_stage(
    student: Student, episodes: _Episodes, run: RunFolder, process: Process, config: TrainStudent
) -> None:
    if config.start is None:
        student.plan_scales.copy_(torch.from_numpy(SampleTable(episodes.extractor).plan_scales()))
    train_extractor(
        student,
        Samples.labelled(episodes.extractor),
        surround_rig(),
        stage=config.pictures,
        run=run,
        process=process,
        seed=config.seed,
        held_out=Samples.labelled(episodes.extractor_validation),
    )


def _train_later_stages(
    student: Student, episodes: _Episodes, run: RunFolder, process: Process, config: TrainStudent
) -> None:
    """Train the stages after the extractor on cached features."""
    features = FeatureSet.of(episodes.later, student, half=process.autocast_dtype)
    held_out = None
    if episodes.later_validation:
        held_out = FeatureSet.of(episodes.later_validation, student, half=process.autocast_dtype)
    train_temporal(
        student,
        features,
        stage=config.history,
        run=run,
        process=process,
        seed=config.seed,
        held_out=held_out,
    )
    train_steering(
        student,
        features,
        stage=config.steering,
        run=run,
        process=process,
        seed=config.seed,
        held_out=held_out,
    )


def select(config: TrainStudent, seen: list[Episode]) -> list[Episode]:
    """Return the episodes of a method, with its labels."""
    if config.method == 'bc_perturbed':
        return seen
    views, most = surround_rig().names, config.episodes
    driven = load_index(config.data, views, teacher=TEACHERS['recorded'], most=most)
    clean = [episode for episode in driven if not episode.about.perturbed]
    if not clean:
        raise InputError(f'{config.data}: --method bc needs clean episodes, and there are none')
    return clean


def load_extractor(student: Student, run: Path) -> None:
    """Load extractor, borders and plan scales of an artifact or a run."""
    wanted = {
        name: tensor
        for name, tensor in _weights_of(run).items()
        if name.startswith(('extractor.', 'borders.')) or name == 'plan_scales'
    }
    _load_weights(student, run, wanted)


def _load_weights(student: Student, source: Path, wanted: dict[str, Tensor]) -> None:
    shapes = {name: tensor.shape for name, tensor in student.state_dict().items()}
    if any(shapes.get(name) != tensor.shape for name, tensor in wanted.items()):
        raise InputError(f'{source}: the weights have other sizes; use the --preset of the source')
    student.load_state_dict(wanted, strict=False)


def _weights_of(run: Path) -> dict[str, Tensor]:
    if (run / MANIFEST).is_file():
        return load_artifact(run).student.state_dict()
    return strip_prefix(trained_weights(run, 'extractor'), 'student')


def command_line() -> str:
    """Return the command line as typed."""
    return shlex.join(['./wpt', *sys.argv[1:]])


def main(words: Sequence[str] | None = None) -> None:
    """The verb `train student`."""
    config = tyro.cli(TrainStudent, args=words, prog='wpt train student', default=defaults(words))
    print(f'the student is in {train_student(config)}')
