# SPDX-License-Identifier: Apache-2.0
"""Students to look at; nobody may change them."""

import pytest
import torch
from model_samples import pictures
from torch import nn

from wpt_core.model import Student, preset
from wpt_core.sensing import surround_rig
from wpt_core.types import Rig


@pytest.fixture(scope='session')
def views() -> Rig:
    return surround_rig()


@pytest.fixture(scope='session')
def student() -> Student:
    """Untrained, small, with batch statistics of the pictures above; in evaluation mode."""
    torch.manual_seed(5)
    made = Student(preset('debug')).train()
    # The biases of attention begin at zero, which would hide a wrong use of them.
    for layer in made.temporal.layers:
        nn.init.normal_(layer.bias)
    nn.init.normal_(made.extractor.absent)
    alive = torch.ones(4, made.config.views, dtype=torch.bool)
    seen = torch.stack([torch.from_numpy(pictures(made.config, seed=seed)) for seed in range(4)])
    with torch.no_grad():
        for _ in range(4):
            made.extract(seen, alive)
    return made.eval()
