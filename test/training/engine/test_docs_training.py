# SPDX-License-Identifier: Apache-2.0
"""The training of docs/training.md: interrupted, resumed, exported."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from training.engine.optim import guarded_norm
from training.engine.run_folder import RunFolder


def example(root: Path) -> str:
    page = (root / 'docs' / 'training.md').read_text()
    (found,) = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    return str(found)


def test_the_example_is_interrupted_resumed_and_exports_its_best(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = example(root)
    assert len(code.splitlines()) <= 30

    def run(name: str) -> Path:
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        exec(compile(code, 'docs/training.md', 'exec'), {})
        return tmp_path / name / 'runs' / 'mlp'

    def guard(*args: Any, **kwargs: Any) -> float:
        if kwargs['step'] == 260:
            signal.raise_signal(signal.SIGINT)
        return guarded_norm(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr('training.engine.optim.guarded_norm', guard)
        with pytest.raises(KeyboardInterrupt, match='mlp: saved after step 261 of 300'):
            run('broken')
    assert not (tmp_path / 'broken' / 'runs' / 'mlp' / 'result.safetensors').exists()
    results = [load_file(run(name) / 'result.safetensors') for name in ('broken', 'whole')]
    best = RunFolder.peek(tmp_path / 'whole' / 'runs' / 'mlp', 'mlp_best')
    for name, tensor in results[0].items():
        assert torch.equal(tensor, results[1][name])
        assert torch.equal(tensor, best.tensors[f'model.{name}'])
    # Twice the variance of a squared normal number, times eight, is the loss of a constant.
    assert float(best.tensors['validation']) < 0.5 * 16.0
