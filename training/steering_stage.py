# SPDX-License-Identifier: Apache-2.0
"""Third stage: the steering learns from the borders that the frozen extractor reads. Seconds."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.data.book import Book
from training.data.mirror import mirrored_borders, mirrored_conditions, mirrored_target
from training.data.windows import Windows
from training.extractor_stage import moved
from training.learning import Learning, Pace
from training.losses import steering_loss
from training.parallel import Place
from training.run_folder import RunFolder
from wpt_core.model import Student
from wpt_core.model.steering import STEERING_HISTORY

__all__ = ['SteeringStage', 'train_steering']

_AT_ONCE = 2048


@dataclass(frozen=True)
class SteeringStage(Pace):
    """How the steering is trained; the batch counts moments with what was shortly before."""

    steps: int = 3000
    batch: int = 512
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    mirror: float = 0.5
    """Chance of a moment to be seen in a mirror, so that both sides are steered to alike."""


def train_steering(
    student: Student,
    book: Book,
    tokens: Tensor,
    *,
    stage: SteeringStage,
    run: RunFolder,
    place: Place,
    seed: int,
    name: str = 'steering',
    chances: NDArray[np.float64] | None = None,
) -> None:
    """Train in place from the newest checkpoint of this name on; all else stays as it is.

    `tokens` and `chances` are as in `train_temporal`. There is no noise, and no view is dropped
    but those that the recordings lack: borders that jump would teach it to mistrust them.
    """
    student.to(place.device).eval()
    borders = _borders(student, book, tokens, place)
    student.steering.train()
    learning = Learning(student.steering, stage, run=run, place=place, name=name, seed=seed)
    size = max(1, stage.batch // place.count)
    windows = Windows(book, STEERING_HISTORY, size=size, chances=chances)
    for step, _ in learning.over(range(learning.first, stage.steps)):
        generator = np.random.default_rng((seed, step, place.rank))
        flat, known = windows.drawn(generator)
        mirrored = torch.from_numpy(generator.random(len(flat)) < stage.mirror)
        told = mirrored_conditions(book.conditions(flat), mirrored).to(place.device)
        seen = mirrored_borders(borders[flat], mirrored).to(place.device)
        said = student.steering(seen, told, known.to(place.device))
        target = mirrored_target(book.target(flat[:, -1]), mirrored)
        learning.step(step, steering_loss(said[:, -1], moved(target, place)), dict)
    student.eval()


@torch.inference_mode()
def _borders(student: Student, book: Book, tokens: Tensor, place: Place) -> Tensor:
    """(M, 12, 2) of all moments of the book."""
    parts = []
    for start in range(0, len(book), _AT_ONCE):
        flat = torch.arange(start, min(start + _AT_ONCE, len(book)))
        said, alive = tokens[flat].to(place.device).float(), book.alive[flat].to(place.device)
        told = book.conditions(flat).to(place.device)
        parts.append(student.borders(student.extractor.fuse(said, alive), told).cpu())
    return torch.cat(parts).clone()
