# SPDX-License-Identifier: Apache-2.0
"""`wpt train student`: imitation. The extractor first, then what plans and steers by it."""

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
    """Train a student by imitation; goes on where it was interrupted.

    examples:
      wpt train student --preset debug --out runs/try
      wpt train student --preset mini
      wpt train student --preset mini --method bc --extractor runs/student --out runs/bc
      wpt train student --extractor models/student --data data/mine --out runs/mine
      wpt train student --start models/student --out runs/more \\
          --pictures.steps 4000 --pictures.ahead-steps 3000
    """

    preset: str = 'mini'
    """Size of the network: debug, mini or base. With debug, the other settings are by default
    those of a try that takes about a minute; --preset debug --help shows them."""
    data: Path = Path('out/data/train')
    """Folder of episodes, made by wpt prepare."""
    episodes: Annotated[int, Bounds(0, 100_000_000)] = 0
    """Learn from so many of them, spread over the folder; 0: from all."""
    out: Path = Path('runs/student')
    """Checkpoints, metrics and the artifact go here."""
    method: Method = 'bc_perturbed'
    """bc: clean drives, and what was really driven; bc_perturbed: also drives that were pushed off
    their line, and how the expert would have come back."""
    extractor: Path | None = None
    """Take the extractor of this run or artifact instead of training one."""
    start: Path | None = None
    """Begin with all weights of this artifact, of the same preset. With fewer --pictures.steps
    give fewer --pictures.ahead-steps as well, or all of them look ahead only."""
    seed: Seed = 0
    pictures: ExtractorStage = field(default_factory=ExtractorStage)
    """First stage."""
    history: TemporalStage = field(default_factory=TemporalStage)
    """Second stage."""
    steering: SteeringStage = field(default_factory=SteeringStage)
    """Third stage."""

    def __post_init__(self) -> None:
        preset(self.preset)
        check_bounds(self)


_TRY = TrainStudent(
    preset='debug',
    episodes=12,
    pictures=ExtractorStage(steps=60, ahead_steps=40, batch=16, warm_up=10, save_every=20),
    history=TemporalStage(steps=200, batch=32, warm_up=20),
    steering=SteeringStage(steps=500, warm_up=50),
)


def defaults(words: Sequence[str] | None) -> TrainStudent:
    """Of the settings that a command line does not name."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument('--preset', nargs='?')
    named = parser.parse_known_args(words)[0].preset
    return _TRY if named == _TRY.preset else TrainStudent()


def train_student(config: TrainStudent) -> Path:
    """All stages; returns the folder of the artifact."""
    with training_process() as process:
        torch.manual_seed(config.seed)
        student = Student(preset(config.preset)).to(process.device)
        # Everything that can be refused is looked at before the run folder is made.
        episodes = _episodes(config)
        if config.start is not None:
            _take(student, config.start, _trained(config.start))
        if config.extractor is not None:
            load_extractor(student, config.extractor)
        run = RunFolder(config.out, config)
        if config.extractor is None:
            _learn_to_see(student, episodes, run, process, config)
            process.wait()  # for what the leader writes, and all of them read
            load_extractor(student, config.out)
        _learn_to_plan(student, episodes, run, process, config)
    artifact = config.out / 'student'
    if process.leads:
        about = Origin(command_line(), commit())
        save_artifact(artifact, student.cpu().eval(), surround_rig(), origin=about)
    return artifact


@dataclass(frozen=True, eq=False, slots=True)
class _Episodes:
    """What a training learns from, and what it is validated on."""

    seen: list[Episode]
    """For the extractor, whatever the method."""
    seen_held_out: list[Episode]
    planned: list[Episode]
    """For the stages after it."""
    planned_held_out: list[Episode]


def _episodes(config: TrainStudent) -> _Episodes:
    found = load_index(config.data, surround_rig().names, most=config.episodes)
    held_out = held_out_names(found)
    seen = split_episodes(found, held_out)
    planned = split_episodes(select(config, found), held_out)
    if not all(Samples.labelled(learnt).count for learnt in (seen[0], planned[0])):
        raise InputError(f'{config.data}: no moment in it has a label to learn from')
    return _Episodes(*seen, *planned)


def _learn_to_see(
    student: Student, episodes: _Episodes, run: RunFolder, process: Process, config: TrainStudent
) -> None:
    if config.start is None:
        student.plan_scales.copy_(torch.from_numpy(SampleTable(episodes.seen).plan_scales()))
    train_extractor(
        student,
        Samples.labelled(episodes.seen),
        surround_rig(),
        stage=config.pictures,
        run=run,
        process=process,
        seed=config.seed,
        held_out=Samples.labelled(episodes.seen_held_out),
    )


def _learn_to_plan(
    student: Student, episodes: _Episodes, run: RunFolder, process: Process, config: TrainStudent
) -> None:
    """The stages after the extractor, on features that are worked out once."""
    features = FeatureSet.of(episodes.planned, student, half=process.autocast_dtype)
    held_out = None
    if episodes.planned_held_out:
        held_out = FeatureSet.of(episodes.planned_held_out, student, half=process.autocast_dtype)
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
    """Which episodes a method learns from, and with which labels."""
    if config.method == 'bc_perturbed':
        return seen
    views, most = surround_rig().names, config.episodes
    driven = load_index(config.data, views, teacher=TEACHERS['recorded'], most=most)
    clean = [episode for episode in driven if not episode.about.perturbed]
    if not clean:
        raise InputError(f'{config.data}: --method bc needs episodes that were not perturbed')
    return clean


def load_extractor(student: Student, run: Path) -> None:
    """The extractor, and the scales that belong to it, of an artifact or a run with one."""
    wanted = {
        name: tensor
        for name, tensor in _trained(run).items()
        if name.startswith(('extractor.', 'borders.')) or name == 'plan_scales'
    }
    _take(student, run, wanted)


def _take(student: Student, source: Path, wanted: dict[str, Tensor]) -> None:
    shapes = {name: tensor.shape for name, tensor in student.state_dict().items()}
    if any(shapes.get(name) != tensor.shape for name, tensor in wanted.items()):
        raise InputError(f'{source}: its weights have other sizes; choose the --preset it has')
    student.load_state_dict(wanted, strict=False)


def _trained(run: Path) -> dict[str, Tensor]:
    if (run / MANIFEST).is_file():
        return load_artifact(run).student.state_dict()
    return strip_prefix(trained_weights(run, 'extractor'), 'student')


def command_line() -> str:
    """What the user typed, to be typed again."""
    return shlex.join(['./wpt', *sys.argv[1:]])


def main(words: Sequence[str] | None = None) -> None:
    """The verb `train student`."""
    config = tyro.cli(TrainStudent, args=words, prog='wpt train student', default=defaults(words))
    print(f'the student is in {train_student(config)}')
