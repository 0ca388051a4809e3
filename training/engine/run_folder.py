# SPDX-License-Identifier: Apache-2.0
"""The folder of a training: settings, metrics, checkpoints (safetensors, no pickle)."""

import dataclasses
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from wpt_core.files import replacing, writable_folder, write_atomic
from wpt_core.types import InputError

__all__ = [
    'Checkpoint', 'RunFolder', 'commit', 'leaves', 'save_tensors', 'strip_prefix',
    'trained_weights',
]  # fmt: skip

_FREE = frozenset(
    ('actors', 'log_every', 'out', 'processes', 'ray_address', 'rounds', 'save_every', 'workers')
)
"""Settings that may change when a run is continued: no step depends on them."""


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """Everything that the next step depends on."""

    step: int
    """Steps that were done."""
    tensors: dict[str, Tensor]


class RunFolder:
    """`config.json`, `commit.txt`, metrics, TensorBoard and the newest checkpoints."""

    def __init__(self, path: Path, config: Any) -> None:
        """Make the folder, or continue the one that exists.

        Raise InputError if it holds a training with other settings. Settings of a run that has
        saved nothing yet are replaced.
        """
        self.path = path
        settings = json.loads(json.dumps(config, default=_plain))
        begun = any(any(path.glob(one)) for one in ('[!.]*.safetensors', 'student*', 'episodes'))
        if begun:
            _check_same(path, settings)
        writable_folder(path, '--out')
        if not begun:
            write_atomic(path / 'commit.txt', commit() + '\n')
        write_atomic(path / 'config.json', json.dumps(settings, indent=2, sort_keys=True))
        self._metrics: SummaryWriter | None = None

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Write to TensorBoard, and a line to `metrics.jsonl`."""
        if self._metrics is None:
            self._metrics = SummaryWriter(str(self.path / 'tensorboard'), purge_step=step)
        for name, value in values.items():
            self._metrics.add_scalar(name, value, step)
        self._metrics.flush()
        with (self.path / 'metrics.jsonl').open('a') as file:
            file.write(json.dumps({'step': step, **values}) + '\n')

    def save(self, checkpoint: Checkpoint, name: str) -> None:
        """Replace the checkpoint `name` atomically."""
        tensors = {**checkpoint.tensors, 'step': torch.tensor(checkpoint.step)}
        save_tensors(self.path / f'{name}.safetensors', tensors)

    def load(self, name: str) -> Checkpoint | None:
        """Return the newest checkpoint `name`; None if there is none yet."""
        exists = (self.path / f'{name}.safetensors').is_file()
        return self.peek(self.path, name) if exists else None

    @staticmethod
    def peek(path: Path, name: str) -> Checkpoint:
        """Return the newest checkpoint `name` of any run; InputError if there is none."""
        file = path / f'{name}.safetensors'
        if not file.is_file():
            raise InputError(f'{path} is no run with a trained {name}; there is no {file.name}')
        try:
            tensors = load_file(file)
        except (SafetensorError, OSError) as error:
            raise InputError(f'{file} cannot be read ({error}); delete the file') from error
        return Checkpoint(int(tensors.pop('step')), tensors)


def _check_same(path: Path, settings: Any) -> None:
    file = path / 'config.json'
    try:
        before = dict(leaves(json.loads(file.read_text())))
    except (OSError, ValueError) as error:
        raise InputError(f'{file} cannot be read ({error}); choose another --out') from error
    now = dict(leaves(settings))
    changed = [
        f'--{name.replace("_", "-")} (was {before.get(name)}, now {now.get(name)})'
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name) and name.rpartition('.')[2] not in _FREE
    ]
    if changed:
        raise InputError(
            f'{path} was made with other settings: {", ".join(changed)}; choose another --out, '
            'or repeat its settings to continue it'
        )


def _plain(value: Any) -> Any:
    known = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return dataclasses.asdict(value) if known else str(value)


def commit() -> str:
    """Return the commit of this checkout, `-dirty` if it has changes; `unknown` without git."""
    words = ['git', 'describe', '--always', '--abbrev=12', '--dirty']
    try:
        done = subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True)
    except OSError:
        return 'unknown'
    return done.stdout.strip() or 'unknown'


def trained_weights(run: Path, name: str) -> dict[str, Tensor]:
    """Return the result of the training `name` so far; InputError if there is none."""
    tensors = RunFolder.peek(run, name).tensors
    if 'gives_best' in tensors:
        tensors = RunFolder.peek(run, f'{name}_best').tensors
    return strip_prefix(tensors, 'ema') or strip_prefix(tensors, 'model')


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a file atomically."""
    # safetensors refuses tensors that share memory or are not contiguous.
    copies = {name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}
    with replacing(path) as aside:
        save_file(copies, aside)


def leaves(tree: Any, name: str = '') -> Iterator[tuple[str, Any]]:
    """Flatten nested dictionaries: yield each value with its keys joined by dots."""
    if not isinstance(tree, Mapping):
        yield name, tree
        return
    for key, inner in tree.items():
        yield from leaves(inner, f'{name}.{key}' if name else str(key))


def strip_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Select the tensors whose names begin with `prefix.`, and remove that from the names."""
    start = f'{prefix}.'
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
