# SPDX-License-Identifier: Apache-2.0
"""The feature buffer returns what encoding every image again would."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from model_samples import random_views

from wpt_core.model import CONDITIONS, FeatureBuffer, History, Student, StudentConfig, preset
from wpt_core.model.runtime import EagerBackend

CONFIG = preset('debug')


def tagged(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Features and conditions that identify a tick."""
    return np.full(CONFIG.features, number, np.float32), np.full(CONDITIONS, -number, np.float32)


def filled(stamps_s: list[float]) -> FeatureBuffer:
    memory = FeatureBuffer(CONFIG)
    for number, stamp_s in enumerate(stamps_s):
        memory.add(stamp_s, *tagged(number))
    return memory


def numbers(history: History) -> list[int | None]:
    """Return the tick of each step, None for unknown steps."""
    return [
        int(features[0]) if known else None
        for features, known in zip(history.features, history.known, strict=True)
    ]


def test_cached_is_the_same_as_looking_again_at_20_hz(student: Student) -> None:
    backend, config = EagerBackend(student), student.config
    memory = FeatureBuffer(config)
    ticks = 41
    seen = [random_views(config, seed=tick % 7) for tick in range(ticks)]
    generator = np.random.default_rng(9)
    alive = generator.random((ticks, config.views)) < 0.9
    told = generator.standard_normal((ticks, CONDITIONS)).astype(np.float32)
    for tick in range(ticks):
        memory.add(100.0 + 0.05 * tick, backend.extract(seen[tick], alive[tick]), told[tick])
        cached = backend.decide(memory.history())
        if tick < 36 and tick not in (0, 4, 20):
            continue
        # Every fourth tick back from this one: 5 Hz.
        chosen = [tick - 4 * ago for ago in range(9, -1, -1)]
        again = [
            backend.extract(seen[max(at, 0)], alive[max(at, 0)]) * np.float32(at >= 0)
            for at in chosen
        ]
        known = np.array([at >= 0 for at in chosen])
        fresh = backend.decide(History(np.stack(again), told[np.maximum(chosen, 0)], known))
        np.testing.assert_allclose(cached.means, fresh.means, rtol=0, atol=1e-5)
        np.testing.assert_allclose(cached.logits, fresh.logits, rtol=0, atol=1e-5)


def test_every_fourth_of_the_ticks_at_20_hz_is_handed_out() -> None:
    history = filled([0.05 * tick for tick in range(60)]).history()
    assert numbers(history) == [23, 27, 31, 35, 39, 43, 47, 51, 55, 59]
    np.testing.assert_array_equal(history.conditions[:, 0], -history.features[:, 0])


def test_a_young_memory_knows_only_what_there_was() -> None:
    history = filled([0.05 * tick for tick in range(9)]).history()
    assert numbers(history) == [None] * 7 + [0, 4, 8]


def test_dropped_ticks_are_filled_by_near_ones_or_not_at_all() -> None:
    stamps_s = [0.05 * tick for tick in range(60)]
    near = [stamp_s for tick, stamp_s in enumerate(stamps_s) if tick != 55]
    # Without the tick at 2.75 s, the one at 2.7 s or that at 2.8 s is in its place.
    assert numbers(filled(near).history())[-2] in (54, 55)
    gap = [stamp_s for stamp_s in stamps_s if not 1.94 < stamp_s < 2.56]
    known = [number is not None for number in numbers(filled(gap).history())]
    # Requested at 1.15, 1.35, ... 2.95 s: no tick is within 0.1 s of 2.15 and 2.35 s.
    assert known == [True] * 5 + [False] * 2 + [True] * 3


@settings(max_examples=50, deadline=None)
@given(jitter=st.lists(st.floats(-0.02, 0.02), min_size=60, max_size=60))
def test_jitter_moves_no_step_by_more_than_half_a_tick(jitter: list[float]) -> None:
    stamps_s = [0.05 * tick + off_s for tick, off_s in enumerate(jitter)]
    chosen = numbers(filled(stamps_s).history())
    for ago, number in enumerate(reversed(chosen)):
        assert number is not None
        away_s = abs(stamps_s[-1] - 0.2 * ago - stamps_s[number])
        assert away_s == pytest.approx(
            min(abs(stamps_s[-1] - 0.2 * ago - stamp_s) for stamp_s in stamps_s), abs=1e-9
        )


def test_time_that_jumps_back_begins_anew() -> None:
    memory = filled([0.05 * tick for tick in range(60)])
    memory.add(1.0, *tagged(77))
    assert numbers(memory.history()) == [None] * 9 + [77]


def test_time_that_jumps_ahead_leaves_nothing_known() -> None:
    memory = filled([0.05 * tick for tick in range(60)])
    memory.add(100.0, *tagged(77))
    assert numbers(memory.history()) == [None] * 9 + [77]


def test_the_same_images_again_replace_themselves() -> None:
    memory = filled([0.2 * step for step in range(10)])
    memory.add(0.2 * 9, *tagged(77))
    assert numbers(memory.history()) == [*range(9), 77]


def test_forgetting() -> None:
    memory = filled([0.0, 0.2, 0.4])
    memory.reset()
    memory.add(0.6, *tagged(5))
    assert numbers(memory.history()) == [None] * 9 + [5]


def test_memory_stays_bounded_however_fast_the_ticks_come() -> None:
    memory = filled([0.001 * tick for tick in range(5000)])
    assert len(memory._ticks) <= 8 * CONFIG.history
    assert numbers(memory.history())[-1] == 4999


def test_40_hz_fills_the_whole_history() -> None:
    assert None not in numbers(filled([0.025 * tick for tick in range(100)]).history())


@torch.no_grad()
def test_one_image_is_enough_to_decide(student: Student) -> None:
    config: StudentConfig = student.config
    memory = FeatureBuffer(config)
    memory.add(0.0, *(np.zeros(n, np.float32) for n in (config.features, CONDITIONS)))
    decision = EagerBackend(student).decide(memory.history())
    assert np.isfinite(decision.means).all()
