# SPDX-License-Identifier: Apache-2.0
"""Larger features do not increase the capacity of the bottleneck."""

import math
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import Tensor, nn

from wpt_core.model import Bottleneck, Student, measured_capacity_bits, preset


def bottleneck_of(student: Student) -> Bottleneck:
    return student.extractor.bottleneck


def signal_to_noise(student: Student, alive_sets: Tensor) -> float:
    """Feature power without noise over the power of the added noise."""
    views = torch.randint(0, 256, (len(alive_sets), 6, 128, 256, 3), dtype=torch.uint8)
    with torch.no_grad():
        clean = student.extract(views, alive_sets)
        bottleneck_of(student).train()
        torch.manual_seed(1)
        noisy = torch.stack([student.extract(views, alive_sets) for _ in range(20)])
        bottleneck_of(student).eval()
    return float(clean.square().mean() / (noisy - clean).square().mean())


def test_larger_weights_before_it_do_not_drown_the_noise(student: Student) -> None:
    loud = deepcopy(student)
    last = loud.extractor.fusion[-2]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight *= 1000.0
        last.bias *= 1000.0
    alive = torch.ones(2, 6, dtype=torch.bool)
    torch.manual_seed(2)
    before = signal_to_noise(deepcopy(student), alive)
    torch.manual_seed(2)
    after = signal_to_noise(loud, alive)
    assert after == pytest.approx(before, rel=1e-3)
    assert before == pytest.approx(student.config.signal_to_noise, rel=0.1)


@pytest.mark.parametrize('scale', [1e-2, 1.0, 1e6])
def test_every_vector_gets_power_one(scale: float) -> None:
    features = scale * torch.randn(5, 7, 64, generator=torch.Generator().manual_seed(3))
    clean = Bottleneck(1.0).eval()(features)
    torch.testing.assert_close(clean.square().mean(-1), torch.ones(5, 7), rtol=2e-2, atol=0.0)
    cosine = nn.functional.cosine_similarity(clean, features, dim=-1)
    torch.testing.assert_close(cosine, torch.ones(5, 7))


def test_noise_comes_in_training_only() -> None:
    features = torch.randn(3, 64, generator=torch.Generator().manual_seed(4))
    channel = Bottleneck(4.0)
    assert torch.equal(channel.eval()(features), channel(features))
    torch.manual_seed(5)
    added = channel.train()(features.expand(2000, 3, 64)) - channel.eval()(features)
    assert float(added.std()) == pytest.approx(0.5, rel=0.02)
    assert float(added.mean()) == pytest.approx(0.0, abs=0.01)


def test_without_a_limit_there_is_no_noise() -> None:
    channel = Bottleneck(math.inf).train()
    features = torch.randn(3, 64)
    assert torch.equal(channel(features), channel.eval()(features))
    assert measured_capacity_bits(features, channel.noise) == math.inf


@pytest.mark.parametrize('name', ['debug', 'mini', 'base'])
def test_features_that_use_the_channel_evenly_carry_the_capacity(name: str) -> None:
    config = preset(name)
    channel = Bottleneck(config.signal_to_noise).eval()
    features = torch.randn(4000, config.features, generator=torch.Generator().manual_seed(6))
    bits = measured_capacity_bits(channel(features), channel.noise)
    assert bits == pytest.approx(config.capacity_bits, rel=2e-3)


def test_what_is_always_the_same_carries_nothing() -> None:
    channel = Bottleneck(8.0).eval()
    same = channel(torch.randn(1, 32)).expand(100, 32)
    assert measured_capacity_bits(same, channel.noise) == pytest.approx(0.0, abs=1e-4)


NUMBERS = st.floats(-1e6, 1e6, width=32)
BATCHES = arrays.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(16)), elements=NUMBERS)


@settings(max_examples=200, deadline=None)
@given(features=BATCHES, ratio=st.floats(0.01, 1e3))
def test_no_features_whatever_carry_more_than_the_capacity(
    features: np.ndarray, ratio: float
) -> None:
    channel = Bottleneck(ratio).eval()
    bits = measured_capacity_bits(channel(torch.from_numpy(features)), channel.noise)
    capacity_bits = 16 * 0.5 * math.log2(1.0 + ratio)
    assert 0.0 <= bits <= capacity_bits * (1.0 + 1e-5)
