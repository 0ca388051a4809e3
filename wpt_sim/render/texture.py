# SPDX-License-Identifier: Apache-2.0
"""Noise that surfaces are made of."""

import cv2
import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Float32

__all__ = ['blotches', 'smoothstep', 'spectral_tile']


def spectral_tile(
    generator: Generator, size_px: int, *, slope: float, coarsest_px: float
) -> Float32:
    """Periodic noise (size, size), mean 0, deviation 1, amplitude falling as frequency**-slope.

    Waves longer than `coarsest_px` are damped, so that a repeated tile does not show its period.
    """
    white = generator.standard_normal((size_px, size_px), np.float32)
    fy = np.fft.fftfreq(size_px)[:, None]
    fx = np.fft.rfftfreq(size_px)[None, :]
    frequency = np.hypot(fx, fy) * coarsest_px
    gain = frequency**2 / (1.0 + frequency**2) * np.maximum(frequency, 1e-6) ** -slope
    tile = np.fft.irfft2(np.fft.rfft2(white) * gain, s=white.shape)
    result: Float32 = ((tile - tile.mean()) / tile.std()).astype(np.float32)
    return result


def blotches(
    generator: Generator, shape: tuple[int, int], cell_px: tuple[float, float]
) -> Float32:
    """Smooth noise of deviation about 1, with one random value in each cell of rows x columns."""
    small = [max(2, round(n / cell) + 2) for n, cell in zip(shape, cell_px, strict=True)]
    seeds = generator.standard_normal(small, np.float32) * np.float32(1.3)
    grown: Float32 = cv2.resize(seeds, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return grown


def smoothstep(value: Float32, low: float, high: float) -> Float32:
    """0 below `low`, 1 above `high`, without a kink in between."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0.0, 1.0).astype(np.float32)
    result: Float32 = t * t * (np.float32(3.0) - np.float32(2.0) * t)
    return result
