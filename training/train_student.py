# SPDX-License-Identifier: Apache-2.0
"""`wpt train student`: imitation. The extractor first, then what plans and steers by it."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
import tyro
from torch import Tensor

from training.data.book import Book
from training.data.index import Episode, load_index
from training.data.pictures import Moments
from training.data.tokens import view_tokens
from training.extractor_stage import ExtractorStage, train_extractor
from training.parallel import Place, place
from training.run_folder import RunFolder, commit
from training.steering_stage import SteeringStage, train_steering
from training.temporal_stage import TemporalStage, train_temporal
from training.tensors import under
from wpt_core.model import Student, preset
from wpt_core.model.artifact import load_artifact, save_artifact
from wpt_core.model.manifest import MANIFEST, Origin
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError

__all__ = ['Method', 'TrainStudent', 'command_line', 'select', 'train_student']

Method = Literal['bc', 'bc_perturbed']


@dataclass(frozen=True)
class TrainStudent:
    """Train a student by imitation; goes on where it was interrupted.

    examples:
      wpt train student --preset debug --data out/data/train --run runs/try
      wpt train student --preset mini
      wpt train student --preset mini --method bc --extractor runs/student --run runs/bc
      wpt train student --extractor models/student --data data/mine --run runs/mine
      wpt train student --start models/student --run runs/more \\
          --pictures.steps 4000 --pictures.ahead-steps 3000
    """

    preset: str = 'mini'
    """Size of the network: debug, mini or base."""
    data: Path = Path('out/data/train')
    """Folder of episodes, made by wpt prepare."""
    run: Path = Path('runs/student')
    """Checkpoints, metrics and the artifact go here."""
    method: Method = 'bc_perturbed'
    """bc: clean drives, and what was really driven; bc_perturbed: also drives that were pushed off
    their line, and how the expert would have come back."""
    extractor: Path | None = None
    """Take the extractor of this run or artifact instead of training one."""
    start: Path | None = None
    """Begin with all weights of this artifact, of the same preset. With fewer --pictures.steps
    give fewer --pictures.ahead-steps as well, or all of them look ahead only."""
    seed: int = 0
    pictures: ExtractorStage = field(default_factory=ExtractorStage)
    """First stage."""
    history: TemporalStage = field(default_factory=TemporalStage)
    """Second stage."""
    steering: SteeringStage = field(default_factory=SteeringStage)
    """Third stage."""


def train_student(config: TrainStudent) -> Path:
    """All stages; returns the folder of the artifact."""
    views = surround_rig()
    run = RunFolder(config.run, config)
    with place() as here:
        torch.manual_seed(config.seed)
        student = Student(preset(config.preset)).to(here.device)
        seen = load_index(config.data, views.names)
        if config.start is not None:
            _take(student, config.start, _trained(config.start))
        if config.extractor is None:
            _learn_to_see(student, seen, run, here, config)
            here.wait()  # for what the leader writes, and all of them read
        load_extractor(student, config.extractor or config.run)
        episodes = select(config.data, seen, config.method)
        teach(student, episodes, run, here, config)
    artifact = config.run / 'student'
    if here.leads:
        about = Origin(command_line(), commit())
        save_artifact(artifact, student.cpu().eval(), views, about=about)
    return artifact


def _learn_to_see(
    student: Student, seen: list[Episode], run: RunFolder, here: Place, config: TrainStudent
) -> None:
    if config.start is None:
        student.plan_scales.copy_(torch.from_numpy(Book(seen).plan_scales()))
    moments = Moments.labelled(seen)
    if not moments.count:
        raise InputError(f'{config.data}: no moment in it has a label to learn from')
    stage, seed = config.pictures, config.seed
    train_extractor(student, moments, surround_rig(), stage=stage, run=run, place=here, seed=seed)


def teach(
    student: Student, episodes: list[Episode], run: RunFolder, here: Place, config: TrainStudent
) -> None:
    """The stages after the extractor, on features that are worked out once."""
    book, tokens = Book(episodes), view_tokens(episodes, student, surround_rig(), half=here.half)
    seed = config.seed
    train_temporal(student, book, tokens, stage=config.history, run=run, place=here, seed=seed)
    train_steering(student, book, tokens, stage=config.steering, run=run, place=here, seed=seed)


def select(data: Path, seen: list[Episode], method: Method) -> list[Episode]:
    """Which episodes a method learns from, and with which labels."""
    if method == 'bc_perturbed':
        return seen
    driven = load_index(data, surround_rig().names, source='recorded')
    clean = [episode for episode in driven if not episode.about.perturbed]
    if not clean:
        raise InputError(f'{data}: --method bc needs episodes that were not perturbed')
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
    checkpoint = RunFolder.peek(run, 'extractor')
    return under(under(checkpoint.tensors, 'model'), 'student')


def command_line() -> str:
    """What the user typed, to be typed again."""
    return shlex.join(['./wpt', *sys.argv[1:]])


def main(words: Sequence[str] | None = None) -> None:
    """The verb `train student`."""
    config = tyro.cli(TrainStudent, args=words, prog='wpt train student')
    print(f'the student is in {train_student(config)}')
