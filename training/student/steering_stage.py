# SPDX-License-Identifier: Apache-2.0
"""Third stage: the steering learns from the borders that the frozen extractor reads. Seconds."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.engine.distributed import Process
from training.engine.loop import Loss, TrainingLoop
from training.engine.optim import Count, OptimConfig, Rate, Share
from training.engine.run_folder import RunFolder
from training.student.extractor_stage import to_device
from training.student.features import FeatureSet
from training.student.losses import steering_loss
from training.student.mirror import mirrored_borders, mirrored_conditions, mirrored_target
from training.student.windows import Windows
from wpt_core.model import Student
from wpt_core.model.steering_head import STEERING_HISTORY

__all__ = ['SteeringStage', 'train_steering']

_AT_ONCE = 2048
_VALIDATED = 512
"""Samples."""


@dataclass(frozen=True)
class SteeringStage(OptimConfig):
    """How the steering is trained; the batch counts samples with what was shortly before."""

    steps: Count = 3000
    batch: Count = 512
    learning_rate: Rate = 1e-3
    weight_decay: Share = 0.05
    mirror: Share = 0.5
    """Chance of a moment to be seen in a mirror, so that both sides are steered to alike."""


def train_steering(
    student: Student,
    features: FeatureSet,
    *,
    stage: SteeringStage,
    run: RunFolder,
    process: Process,
    seed: int,
    name: str = 'steering',
    chances: NDArray[np.float64] | None = None,
    held_out: FeatureSet | None = None,
) -> None:
    """Train in place from the newest checkpoint of this name on; all else stays as it is.

    `chances` and `held_out` are as in `train_temporal`. There is no noise, and no view is dropped
    but those that the recordings lack: borders that jump would teach it to mistrust them.
    """
    student.to(process.device).eval()
    loop = TrainingLoop(student.steering, stage, run=run, process=process, name=name, seed=seed)
    drawn = _SteeringSamples(student, features, process, size=loop.batch_size, chances=chances)
    student.steering.train()

    def loss(_step: int, number: int) -> Loss:
        generator = np.random.default_rng((seed, number, process.rank))
        return drawn.loss(generator, mirror=stage.mirror), dict

    validate = None
    if held_out is not None and held_out.table.labelled:
        kept = _SteeringSamples(student, held_out, process, size=_VALIDATED, chances=None)

        def validate(_step: int) -> Tensor:
            return kept.loss(np.random.default_rng(0), mirror=0.0)

    loop.run(loop.batches, loss, validate=validate)
    student.eval()


class _SteeringSamples:
    """What the frozen extractor says of the borders, and the loss of the steering on it."""

    def __init__(
        self,
        student: Student,
        features: FeatureSet,
        process: Process,
        *,
        size: int,
        chances: NDArray[np.float64] | None,
    ) -> None:
        self._student, self._table, self._process = student, features.table, process
        self._borders = _borders(student, features, process)
        self._windows = Windows(features.table, STEERING_HISTORY, size=size, chances=chances)

    def loss(self, generator: np.random.Generator, *, mirror: float) -> Tensor:
        """Of samples that the generator draws, each mirrored with this chance."""
        table, device = self._table, self._process.device
        flat, known = self._windows.drawn(generator)
        mirrored = torch.from_numpy(generator.random(len(flat)) < mirror)
        conditions = mirrored_conditions(table.conditions(flat), mirrored).to(device)
        seen = mirrored_borders(self._borders[flat], mirrored).to(device)
        outputs = self._student.steering(seen, conditions, known.to(device))
        target = mirrored_target(table.target(flat[:, -1]), mirrored)
        return steering_loss(outputs[:, -1], to_device(target, self._process))


@torch.inference_mode()
def _borders(student: Student, features: FeatureSet, process: Process) -> Tensor:
    """(M, 12, 2) of all samples."""
    table, tokens = features.table, features.tokens
    parts = []
    for start in range(0, len(table), _AT_ONCE):
        flat = torch.arange(start, min(start + _AT_ONCE, len(table)))
        alive = table.alive[flat].to(process.device)
        fused = student.extractor.fuse(tokens[flat].to(process.device).float(), alive)
        parts.append(student.borders(fused, table.conditions(flat).to(process.device)).cpu())
    return torch.cat(parts).clone()
