# SPDX-License-Identifier: Apache-2.0
"""Tokens: features of the frozen extractor for each view, cached beside the bags."""

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

__all__ = ['extractor_digest', 'save_tokens', 'view_tokens']

_CHUNK = 40
"""Samples in one forward pass."""


def view_tokens(
    episodes: Sequence[Episode], student: Student, views: Rig, *, half: torch.dtype | None
) -> Tensor:
    """Return (M, N, token) float16 of all samples, in the order of the `SampleTable`.

    Each episode has one file, named after the extractor's weights; missing files are made.
    """
    student = student.eval()
    digest = extractor_digest(student)
    found = []
    for episode in tqdm(episodes, desc='features', disable=None, leave=False):
        file = _file(episode.path, digest)
        if not file.is_file():
            save_tokens(episode.path, _of_episode(episode, student, views, half), digest=digest)
        found.append(load_file(file)['tokens'])
    return torch.cat(found)


def save_tokens(path: Path, tokens: Tensor, *, digest: str) -> None:
    """Store the tokens (T, N, token) of an episode under the digest of their extractor."""
    file = _file(path, digest)
    file.parent.mkdir(exist_ok=True)
    save_tensors(file, {'tokens': tokens})


def _file(path: Path, digest: str) -> Path:
    return path.parent / f'.tokens-{digest}' / f'{path.name}-{_state(path)}.safetensors'


@torch.inference_mode()
def _of_episode(
    episode: Episode, student: Student, views: Rig, half: torch.dtype | None
) -> Tensor:
    device = next(student.parameters()).device
    parts = []
    for start in range(0, len(episode.stamps_ns), _CHUNK):
        rows = range(start, min(start + _CHUNK, len(episode.stamps_ns)))
        images, alive = (torch.from_numpy(a).to(device) for a in read_views(episode, rows, views))
        with torch.autocast(device.type, half, enabled=half is not None):
            parts.append(student.extractor.tokens(images, alive).half().cpu())
    return torch.cat(parts)


def extractor_digest(student: Student) -> str:
    """Return a digest of all weights that tokens depend on."""
    digest = sha256()
    parts = (student.extractor.backbone, student.extractor.read_out)
    for part in parts:
        tensors = part.state_dict().values() if isinstance(part, torch.nn.Module) else [part]
        for tensor in tensors:
            digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.hexdigest()[:12]


def _state(path: Path) -> str:
    return sha256(repr(bag_state(path)).encode()).hexdigest()[:8]
