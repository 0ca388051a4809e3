# SPDX-License-Identifier: Apache-2.0
"""Exports an artifact to ONNX and compares the outputs with PyTorch."""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import tyro
from torch import Tensor, nn

from wpt_core.files import replacing_folder
from wpt_core.model import CONDITIONS, Decision, History, Student
from wpt_core.model.artifact import Artifact, load_artifact
from wpt_core.model.manifest import created_by
from wpt_core.model.runtime import EagerBackend, OnnxBackend
from wpt_core.model.runtime.backend import blank_history, blank_views
from wpt_core.model.runtime.eager import prepared
from wpt_core.model.runtime.onnx_manifest import DECIDE, EXTRACT, FILES, OnnxManifest
from wpt_core.types import InputError

__all__ = ['Export', 'export', 'main']

_OPSET = 18
_TRIALS = 5
_MOST_DIFFERENCE = 1e-3
"""Limit in normalised units: 1e-4 is usual, and 0.1 would be visible in a plan."""


@dataclass(frozen=True)
class Export:
    """Export an artifact to ONNX, and check that the outputs equal those of PyTorch.

    examples:
      wpt export --out out/onnx
      wpt export --model runs/student/student --out out/onnx
    """

    out: Path
    """Folder to write; an earlier export in it is replaced."""
    model: Path = Path('models/student')
    """Artifact to export."""
    to: Literal['onnx'] = 'onnx'
    """Format."""
    seed: int = 0
    """Seed of the random inputs for the comparison."""


def main(words: Sequence[str] | None = None) -> None:
    """The verb `export`."""
    choice = tyro.cli(Export, args=words, prog='wpt export')
    difference = export(choice)
    print(f'{choice.out}: {", ".join(FILES)}')
    print(f'largest difference from PyTorch in single precision: {difference:.1e}')


def export(choice: Export) -> float:
    """Write and verify the graphs; return the largest difference from eager single precision.

    Raise InputError and write nothing if the difference is too large to be rounding.
    """
    artifact = load_artifact(choice.model)
    with replacing_folder(choice.out, FILES) as aside:
        _write_graphs(artifact.student, aside)
        _facts(artifact).write(aside)
        difference = _difference(artifact.student, aside, seed=choice.seed)
        if not difference < _MOST_DIFFERENCE:
            raise InputError(
                f'{choice.out}: the graphs differ by {difference:.1e} from PyTorch, at most '
                f'{_MOST_DIFFERENCE:.0e} is expected; try other versions of onnx and onnxruntime.'
            )
    return difference


class _Extract(nn.Module):
    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = student

    def forward(self, views: Tensor, alive: Tensor) -> Tensor:
        return self.student.extract(views, alive)


class _Decide(nn.Module):
    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = student

    def forward(self, features: Tensor, conditions: Tensor, known: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.student.decide(features, conditions, known))


def _facts(artifact: Artifact) -> OnnxManifest:
    return OnnxManifest(
        config=artifact.config,
        views=artifact.views,
        plan_scales=artifact.plan_scales,
        weights_sha256=artifact.manifest.weights_sha256,
        created_by=created_by(),
    )


def _write_graphs(student: Student, folder: Path) -> None:
    folded = prepared(student, backbone=torch.float32, device=torch.device('cpu'))
    views, alive = (torch.from_numpy(array)[None] for array in blank_views(student.config))
    history = blank_history(student.config)
    arrays = (history.features, history.conditions, history.known)
    _write(_Extract(folded), {'views': views, 'alive': alive}, ['features'], folder / EXTRACT)
    _write(
        _Decide(folded),
        {
            field.name: torch.from_numpy(array)[None]
            for field, array in zip(fields(History), arrays, strict=True)
        },
        list(Decision._fields),
        folder / DECIDE,
    )


def _write(module: nn.Module, inputs: dict[str, Tensor], outputs: list[str], path: Path) -> None:
    # The exporter logs its steps and warns of changes in later versions.
    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', FutureWarning)
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=outputs,
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _difference(student: Student, folder: Path, *, seed: int) -> float:
    generator = np.random.default_rng(seed)
    eager, onnx = EagerBackend(student), OnnxBackend(folder)
    most = 0.0
    for _ in range(_TRIALS):
        config = student.config
        views, alive = blank_views(config)
        views = generator.integers(0, 256, views.shape, dtype=np.uint8)
        alive = generator.random(alive.shape) < 0.8
        most = max(most, _error(eager.extract(views, alive), onnx.extract(views, alive)))
        history = History(
            generator.standard_normal((config.history, config.features)).astype(np.float32),
            generator.standard_normal((config.history, CONDITIONS)).astype(np.float32),
            generator.random(config.history) < 0.8,
        )
        ours, theirs = eager.decide(history), onnx.decide(history)
        most = max(
            most,
            *(_error(getattr(ours, n), getattr(theirs, n)) for n in Decision._fields),
        )
    return most


def _error(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())
