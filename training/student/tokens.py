# SPDX-License-Identifier: Apache-2.0
"""What a frozen extractor says of every view, worked out once and kept beside the bags."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor
from tqdm import tqdm

from training.engine.run_folder import save_tensors
from training.episodes.index import Episode, bag_state
from training.student.image_batches import read_views
from wpt_core.model import Student
from wpt_core.types import Rig

__all__ = ['extractor_mark', 'keep_tokens', 'view_tokens']

_AT_ONCE = 40


def view_tokens(
    episodes: Sequence[Episode], student: Student, views: Rig, *, half: torch.dtype | None
) -> Tensor:
    """(M, N, token) float16 over all samples, in the order of the `SampleTable` of these episodes.

    One small file an episode, named after the weights: another extractor makes its own.
    """
    student = student.eval()
    mark = extractor_mark(student)
    found = []
    for episode in tqdm(episodes, desc='features', disable=None, leave=False):
        file = _file(episode.path, mark)
        if not file.is_file():
            keep_tokens(episode.path, _of_episode(episode, student, views, half), mark=mark)
        found.append(load_file(file)['tokens'])
    return torch.cat(found)


def keep_tokens(path: Path, tokens: Tensor, *, mark: str) -> None:
    """Store the tokens (T, N, token) of an episode that the extractor with this mark made."""
    file = _file(path, mark)
    file.parent.mkdir(exist_ok=True)
    save_tensors(file, {'tokens': tokens})


def _file(path: Path, mark: str) -> Path:
    return path.parent / f'.tokens-{mark}' / f'{path.name}-{_state(path)}.safetensors'


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


def extractor_mark(student: Student) -> str:
    """A digest of everything that tokens depend on."""
    digest = sha256()
    parts = (student.extractor.backbone, student.extractor.read_out)
    for part in parts:
        tensors = part.state_dict().values() if isinstance(part, torch.nn.Module) else [part]
        for tensor in tensors:
            digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()[:12]


def _state(path: Path) -> str:
    return sha256(repr(bag_state(path)).encode()).hexdigest()[:8]
