# SPDX-License-Identifier: Apache-2.0
"""Random inputs of a student for the tests."""

import numpy as np

from wpt_core.model import CONDITIONS, History, StudentConfig


def random_views(config: StudentConfig, *, seed: int) -> np.ndarray:
    """Random views that contain shapes larger than a pixel."""
    generator = np.random.default_rng(seed)
    shape = (config.views, config.view_height_px // 16, config.view_width_px // 16, 3)
    coarse = generator.integers(0, 230, shape).repeat(16, axis=1).repeat(16, axis=2)
    return (coarse + generator.integers(0, 25, coarse.shape)).astype(np.uint8)


def random_history(config: StudentConfig, *, seed: int, known: float = 0.8) -> History:
    generator = np.random.default_rng(seed)
    return History(
        generator.standard_normal((config.history, config.features)).astype(np.float32),
        generator.standard_normal((config.history, CONDITIONS)).astype(np.float32),
        generator.random(config.history) < known,
    )
