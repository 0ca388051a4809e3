# SPDX-License-Identifier: Apache-2.0
"""Noise textures, and the albedo of grass."""

import cv2
import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Float32
from wpt_sim.render.look import Look

__all__ = ['DRY_RGB', 'LUSH_RGB', 'blotches', 'grass_rgb', 'smoothstep', 'spectral_tile']

LUSH_RGB = np.array([0.052, 0.092, 0.022], np.float32)
DRY_RGB = np.array([0.190, 0.150, 0.070], np.float32)
"""Albedos."""


def spectral_tile(
    generator: Generator, size_px: int, *, slope: float, coarsest_px: float
) -> Float32:
    """Return periodic noise (size, size), mean 0, deviation 1, amplitude ~ frequency**-slope.

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
    """Return smooth noise of deviation about 1, with one random value per cell (rows, columns)."""
    small = [max(2, round(n / cell) + 2) for n, cell in zip(shape, cell_px, strict=True)]
    seeds = generator.standard_normal(small, np.float32) * np.float32(1.3)
    grown: Float32 = cv2.resize(seeds, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return grown


def smoothstep(value: Float32, low: float, high: float) -> Float32:
    """Return 0 below `low`, 1 above `high`, and a smooth cubic in between."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0.0, 1.0).astype(np.float32)
    result: Float32 = t * t * (np.float32(3.0) - np.float32(2.0) * t)
    return result


def grass_rgb(look: Look) -> Float32:
    """Return the (3,) albedo of grass in a look."""
    mixed: Float32 = DRY_RGB + np.float32(look.greenery) * (LUSH_RGB - DRY_RGB)
    return mixed
