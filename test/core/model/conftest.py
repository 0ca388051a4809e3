# SPDX-License-Identifier: Apache-2.0
"""Shared students, which tests must not change."""

import pytest
import torch
from model_samples import random_views
from torch import nn

from wpt_core.model import Student, preset
from wpt_core.sensing import surround_rig
from wpt_core.types import Rig


@pytest.fixture(scope='session')
def views() -> Rig:
    return surround_rig()


@pytest.fixture(scope='session')
def student() -> Student:
    """Untrained, small, with batch statistics of the images above; in evaluation mode."""
    torch.manual_seed(5)
    made = Student(preset('debug')).train()
    # The attention biases start at zero, which would hide errors in their use.
    for layer in made.temporal.layers:
        nn.init.normal_(layer.bias)
    nn.init.normal_(made.extractor.absent)
    alive = torch.ones(4, made.config.views, dtype=torch.bool)
    seen = torch.stack(
        [torch.from_numpy(random_views(made.config, seed=seed)) for seed in range(4)]
    )
    with torch.no_grad():
        for _ in range(4):
            made.extract(seen, alive)
    return made.eval()
