# SPDX-License-Identifier: Apache-2.0
"""One folder a training: its settings, metrics and checkpoints."""

import dataclasses
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from training.engine.tensors import load_tensors, save_tensors, strip_prefix
from wpt_core.types import InputError

__all__ = ['Checkpoint', 'RunFolder', 'commit', 'trained_weights']


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """Where a training stood: everything that the next step depends on."""

    step: int
    tensors: dict[str, Tensor]


_FREE = frozenset(
    ('actors', 'log_every', 'out', 'processes', 'ray_address', 'rounds', 'save_every', 'workers')
)
"""Settings that may change while a run goes on: the result of a step does not depend on them."""


class RunFolder:
    """`config.json`, `commit.txt`, TensorBoard's metrics and the newest checkpoint."""

    def __init__(self, path: Path, config: Any) -> None:
        """Make the folder, or go on with the one that is there.

        InputError where it holds a training with other settings, and names them. Settings of a
        run that has saved nothing yet are replaced.
        """
        self.path = path
        settings = json.loads(json.dumps(config, default=_fields))
        begun = _has_begun(path)
        if begun:
            _check_same(path, settings)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f'--out {path}: cannot write there ({error.strerror}); name another folder'
            ) from error
        if not begun:
            write_text(path / 'commit.txt', commit() + '\n')
        write_text(path / 'config.json', json.dumps(settings, indent=2, sort_keys=True))
        self._metrics: SummaryWriter | None = None

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Into TensorBoard, and a line of `metrics.jsonl` for those who read."""
        if self._metrics is None:
            self._metrics = SummaryWriter(str(self.path / 'tensorboard'), purge_step=step)
        for name, value in values.items():
            self._metrics.add_scalar(name, value, step)
        self._metrics.flush()
        with (self.path / 'metrics.jsonl').open('a') as file:
            file.write(json.dumps({'step': step, **values}) + '\n')

    def save(self, checkpoint: Checkpoint, name: str = 'checkpoint') -> None:
        """Aside, then renamed: at every moment a whole checkpoint is there, or the one before."""
        tensors = {**checkpoint.tensors, 'step': torch.tensor(checkpoint.step)}
        save_tensors(self.path / f'{name}.safetensors', tensors)

    def load(self, name: str = 'checkpoint') -> Checkpoint | None:
        """The newest; None if there is none yet."""
        if not (self.path / f'{name}.safetensors').is_file():
            return None
        return self.peek(self.path, name)

    @staticmethod
    def peek(path: Path, name: str) -> Checkpoint:
        """The newest of any run; InputError if there is none."""
        file = path / f'{name}.safetensors'
        if not file.is_file():
            raise InputError(f'{path} is no run with a trained {name}; there is no {file.name}')
        try:
            tensors = load_tensors(file)
        except (SafetensorError, OSError) as error:
            raise InputError(
                f'{file} cannot be read ({error}); delete it to begin anew'
            ) from error
        return Checkpoint(int(tensors.pop('step')), tensors)


def _has_begun(path: Path) -> bool:
    """Whether there is a checkpoint, an artifact or an episode to go on with."""
    return any(next(path.glob(one), None) for one in ('*.safetensors', 'student*', 'episodes'))


def _check_same(path: Path, settings: Any) -> None:
    file = path / 'config.json'
    try:
        before = dict(_leaves(json.loads(file.read_text())))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise InputError(f'{file} cannot be read ({error}); choose another --out') from error
    now = dict(_leaves(settings))
    changed = [
        f'--{name.replace("_", "-")} (was {before.get(name)}, now {now.get(name)})'
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name) and name.rpartition('.')[2] not in _FREE
    ]
    if changed:
        raise InputError(
            f'{path} was made with other settings: {", ".join(changed)}; choose another --out, '
            'or repeat its settings to go on with it'
        )


def _leaves(settings: Any, name: str = '') -> Iterator[tuple[str, Any]]:
    """Each setting with its whole name, as on the command line."""
    if not isinstance(settings, dict):
        yield name, settings
        return
    for key, inner in settings.items():
        yield from _leaves(inner, f'{name}.{key}' if name else key)


def _fields(value: Any) -> Any:
    known = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return dataclasses.asdict(value) if known else str(value)


def write_text(path: Path, text: str) -> None:
    """Whole or not at all; several processes may do so at once."""
    aside = path.with_name(f'.{path.name}.{os.getpid()}.part')
    aside.write_text(text)
    aside.replace(path)


def commit() -> str:
    """The commit of this checkout, with a mark when something in it is changed; or `unknown`."""
    words = ['git', 'describe', '--always', '--abbrev=12', '--dirty']
    try:
        done = subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True)
    except OSError:
        return 'unknown'
    return done.stdout.strip() or 'unknown'


def trained_weights(run: Path, name: str) -> dict[str, Tensor]:
    """What the training `name` of a run has given so far: last or best, averaged if it averages.

    InputError where there is none.
    """
    tensors = RunFolder.peek(run, name).tensors
    if 'gives_best' in tensors:
        tensors = RunFolder.peek(run, f'{name}_best').tensors
    return strip_prefix(tensors, 'ema') or strip_prefix(tensors, 'model')
