# SPDX-License-Identifier: Apache-2.0
"""What a frozen extractor says of every view, worked out once and kept beside the bags."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from training.engine.tensors import load_tensors, save_tensors
from training.episodes.index import Episode, bag_state
from training.student.image_batches import read_views
from wpt_core.model import Student
from wpt_core.types import Rig

__all__ = ['view_tokens']

_AT_ONCE = 40


def view_tokens(
    episodes: Sequence[Episode], student: Student, views: Rig, *, half: torch.dtype | None
) -> Tensor:
    """(M, N, token) float16 over all samples, in the order of the `SampleTable` of these episodes.

    One small file an episode, named after the weights: another extractor makes its own.
    """
    student = student.eval()
    mark = _mark(student)
    found = []
    for episode in tqdm(episodes, desc='features', disable=None, leave=False):
        folder = episode.path.parent / f'.tokens-{mark}'
        folder.mkdir(exist_ok=True)
        file = folder / f'{episode.path.name}-{_state(episode.path)}.safetensors'
        if not file.is_file():
            save_tensors(file, {'tokens': _of_episode(episode, student, views, half)})
        found.append(load_tensors(file)['tokens'])
    return torch.cat(found)


@torch.inference_mode()
def _of_episode(
    episode: Episode, student: Student, views: Rig, half: torch.dtype | None
) -> Tensor:
    device = next(student.parameters()).device
    parts = []
    for start in range(0, len(episode.stamps_ns), _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, len(episode.stamps_ns)))
        pictures, alive = (
            torch.from_numpy(a).to(device) for a in read_views(episode, rows, views)
        )
        with torch.autocast(device.type, half, enabled=half is not None):
            parts.append(student.extractor.tokens(pictures, alive).half().cpu())
    return torch.cat(parts)


def _mark(student: Student) -> str:
    """Of everything that tokens depend on."""
    digest = sha256()
    parts = (student.extractor.backbone, student.extractor.read_out)
    for part in parts:
        tensors = part.state_dict().values() if isinstance(part, torch.nn.Module) else [part]
        for tensor in tensors:
            digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()[:12]


def _state(path: Path) -> str:
    return sha256(repr(bag_state(path)).encode()).hexdigest()[:8]
