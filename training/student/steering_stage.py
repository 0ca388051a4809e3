# SPDX-License-Identifier: Apache-2.0
"""Third stage: trains the steering on lane borders predicted by the frozen extractor."""

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
from training.student.sample_table import Windows
from wpt_core.model import Student
from wpt_core.model.steering_head import STEERING_HISTORY

__all__ = ['SteeringStage', 'train_steering']

_CHUNK = 2048
"""Samples in one forward pass of the extractor."""
_VALIDATED = 512
"""Samples in the validation batch."""


@dataclass(frozen=True)
class SteeringStage(OptimConfig):
    """Settings of the third stage; the batch counts samples, each with its short history."""

    steps: Count = 3000
    batch: Count = 512
    learning_rate: Rate = 1e-3
    weight_decay: Share = 0.05
    mirror: Share = 0.5
    """Probability that a sample is mirrored, so that both sides are learned equally."""


def train_steering(
    student: Student,
    features: FeatureSet,
    *,
    stage: SteeringStage,
    run: RunFolder,
    process: Process,
    seed: int,
    name: str = 'steering',
    episode_weights: NDArray[np.float64] | None = None,
    held_out: FeatureSet | None = None,
) -> None:
    """Train the steering in place from the newest checkpoint `name`.

    `episode_weights` and `held_out` are as in `train_temporal`. No noise is added and no views
    are dropped: with borders that jump, the steering learned to mistrust them.
    """
    student.to(process.device).eval()
    loop = TrainingLoop(student.steering, stage, run=run, process=process, name=name, seed=seed)
    samples = _SteeringSamples(
        student, features, process, size=loop.batch_size, episode_weights=episode_weights
    )
    student.steering.train()

    def loss(_step: int, number: int) -> Loss:
        generator = np.random.default_rng((seed, number, process.rank))
        return samples.loss(generator, mirror=stage.mirror), dict

    validate = None
    if held_out is not None and held_out.table.labelled:
        validation = _SteeringSamples(
            student, held_out, process, size=_VALIDATED, episode_weights=None
        )

        def validate(_step: int) -> Tensor:
            return validation.loss(np.random.default_rng(0), mirror=0.0)

    loop.run(loop.batches, loss, validate=validate)
    student.eval()


class _SteeringSamples:
    """Predicted borders of all samples, and the steering's loss on batches of them."""

    def __init__(
        self,
        student: Student,
        features: FeatureSet,
        process: Process,
        *,
        size: int,
        episode_weights: NDArray[np.float64] | None,
    ) -> None:
        self._student, self._table, self._process = student, features.table, process
        self._borders = _borders(student, features, process)
        self._windows = Windows(
            features.table, STEERING_HISTORY, size=size, weights=episode_weights
        )

    def loss(self, generator: np.random.Generator, *, mirror: float) -> Tensor:
        """Return the loss on samples drawn by the generator, mirrored with this probability."""
        table, device = self._table, self._process.device
        flat, known = self._windows.sample(generator)
        mirrored = torch.from_numpy(generator.random(len(flat)) < mirror)
        conditions = mirrored_conditions(table.conditions(flat), mirrored).to(device)
        borders = mirrored_borders(self._borders[flat], mirrored).to(device)
        outputs = self._student.steering(borders, conditions, known.to(device))
        target = mirrored_target(table.target(flat[:, -1]), mirrored)
        return steering_loss(outputs[:, -1], to_device(target, self._process))


@torch.inference_mode()
def _borders(student: Student, features: FeatureSet, process: Process) -> Tensor:
    """Return the predicted borders (M, 12, 2) of all samples."""
    table, tokens = features.table, features.tokens
    parts = []
    for start in range(0, len(table), _CHUNK):
        flat = torch.arange(start, min(start + _CHUNK, len(table)))
        alive = table.alive[flat].to(process.device)
        fused = student.extractor.fuse(tokens[flat].to(process.device).float(), alive)
        parts.append(student.borders(fused, table.conditions(flat).to(process.device)).cpu())
    return torch.cat(parts).clone()
