# SPDX-License-Identifier: Apache-2.0
"""StudentConfig: parameter counts of the presets, and invalid sizes."""

from dataclasses import replace
from typing import Any

import pytest

from wpt_core.model import PRESETS, Student, StudentConfig, preset
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError


def parameters(config: StudentConfig) -> int:
    return sum(parameter.numel() for parameter in Student(config).parameters())


def test_the_small_ones_are_small() -> None:
    assert parameters(preset('mini')) <= 8_000_000
    assert parameters(preset('debug')) <= 500_000


def test_all_presets_take_the_default_views() -> None:
    lenses = [camera.intrinsics for camera in surround_rig().cameras]
    for config in PRESETS.values():
        assert config.views == len(lenses)
        sizes = {(lens.width_px, lens.height_px) for lens in lenses}
        assert sizes == {(config.view_width_px, config.view_height_px)}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'huge'; expected one of debug, mini, base"):
        preset('huge')


def test_signal_to_noise_gives_back_the_capacity() -> None:
    # 512 features x 0.5 log2(1 + 3) = 512 bits.
    assert replace(preset('mini'), capacity_bits=512.0).signal_to_noise == pytest.approx(3.0)
    assert replace(preset('mini'), capacity_bits=float('inf')).signal_to_noise == float('inf')


@pytest.mark.parametrize(
    ('sizes', 'says'),
    [
        ({'view_height_px': 100}, 'view_height_px must be a positive multiple of 32, got 100'),
        ({'view_width_px': 0}, 'view_width_px must be a positive multiple of 32, got 0'),
        ({'stages': (8, 16, 24, 32, 40), 'view_height_px': 96}, 'multiple of 64, got 96'),
        ({'views': 0}, 'views must be at least 1'),
        ({'history': 0}, 'history must be at least 1'),
        ({'width': 250}, 'width must be a multiple of heads, got 250/4'),
        ({'heads': 0}, 'width must be a multiple of heads'),
        ({'hypotheses': 0}, 'hypotheses must be at least 1'),
        ({'points': 20}, 'points 33, got 5 and 20'),
        ({'capacity_bits': 0.0}, 'must be above 0'),
        ({'capacity_bits': float('nan')}, 'must be above 0'),
        ({'history_step_s': float('inf')}, 'must be above 0'),
    ],
)
def test_impossible_sizes_are_refused(sizes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        replace(StudentConfig(), **sizes)
