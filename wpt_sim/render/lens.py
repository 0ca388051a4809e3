# SPDX-License-Identifier: Apache-2.0
"""Image formation of one camera: stray light, exposure, blur, vignette, tone and noise."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_core.types import Intrinsics
from wpt_sim.render.canvas import Float32
from wpt_sim.render.look import LensLook

__all__ = ['Lens', 'build_lens']

_KEY = 0.40
"""Target level of the automatic exposure."""
_SKY_WEIGHT = 0.25
"""Metering weight of the top row; that of the bottom row is 1."""
_GAIN_LIMITS = (0.15, 60.0)
_ADAPTATION = 0.84
"""Exponent of the exposure compensation; below 1, so that dusk is darker than noon."""
_STRAY = 0.06
"""Share of light that is scattered in the lens."""
_TOE = np.float32(0.035)
"""Toe of the tone curve: darker light is compressed, as in consumer cameras."""
_SHOULDER = 9.0
_NOISE_MARGIN_PX = 61


@dataclass(frozen=True, eq=False, slots=True)
class Lens:
    """Optics and sensor of one camera."""

    look: LensLook
    shading: Float32
    """(H, W, 3) vignette times white balance."""
    noise: Float32
    """(H + margin, W + margin, 3) noise of deviation 1."""

    def develop(self, light: Float32, generator: Generator) -> NDArray[np.uint8]:
        """Convert (H, W, 3) linear light to uint8 RGB; the generator shifts the noise."""
        height, width = light.shape[:2]
        small = cv2.resize(light, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        gain = self.gain(np.asarray(small))
        halo = cv2.GaussianBlur(small, (0, 0), height / 90)
        halo = cv2.addWeighted(halo, 0.6, cv2.GaussianBlur(small, (0, 0), height / 22), 0.4, 0.0)
        stray = cv2.resize(halo, (width, height), interpolation=cv2.INTER_LINEAR)
        x = cv2.addWeighted(light, (1 - _STRAY) * gain, stray, _STRAY * gain, 0.0)
        x = cv2.multiply(x, self.shading)
        if self.look.blur_px > 0.15:
            side = 2 * int(np.ceil(2.5 * self.look.blur_px)) + 1
            x = cv2.GaussianBlur(x, (side, side), self.look.blur_px)
        level = _tone(np.asarray(x))
        if self.look.noise <= 0.0:
            return np.asarray(cv2.convertScaleAbs(level), np.uint8)
        row, column = generator.integers(0, _NOISE_MARGIN_PX, 2)
        grain = self.noise[row : row + height, column : column + width]
        # Shot noise is uniform after the square root; gain amplifies it.
        amount = 255.0 * self.look.noise * (1.0 + 0.25 * np.log2(max(gain, 1.0)))
        noisy = cv2.addWeighted(level, 1.0, grain, amount, 0.0, dtype=cv2.CV_8U)
        return np.asarray(noisy, np.uint8)

    def gain(self, light: Float32) -> float:
        """Return the exposure; the mean of square roots limits the influence of lamps."""
        rows = np.sqrt(np.maximum(light[..., 1], 0.0)).mean(axis=1)
        weights = np.linspace(_SKY_WEIGHT, 1.0, len(rows))
        level = float(rows @ weights / weights.sum()) ** 2
        automatic = _KEY / max(level, 1e-6) ** _ADAPTATION
        return float(np.clip(automatic, *_GAIN_LIMITS) * 2.0**self.look.exposure_ev)


def build_lens(generator: Generator, intrinsics: Intrinsics, *, look: LensLook) -> Lens:
    """Build the lens; the vignette grows with the square of the distance from the axis."""
    height, width = intrinsics.height_px, intrinsics.width_px
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = np.hypot(x - intrinsics.cx_px, y - intrinsics.cy_px)
    share = 1.0 - look.vignette * (reach / np.hypot(width / 2, height / 2)) ** 2
    shading = np.clip(share, 0.05, 1.0)[..., None] * np.asarray(look.white_balance)
    size = (height + _NOISE_MARGIN_PX, width + _NOISE_MARGIN_PX)
    colour = generator.standard_normal((*size, 3), np.float32)
    grey = generator.standard_normal((*size, 1), np.float32)
    return Lens(look, shading.astype(np.float32), (0.6 * colour + 0.8 * grey).astype(np.float32))


def _tone(x: Float32) -> Float32:
    """Map linear light to 0..255: toe, shoulder, and gamma 2."""
    level: Float32 = x * np.float32(1.0 / _SHOULDER)
    level += np.float32(1.0)
    level *= x
    level *= x
    level /= x + _TOE
    x += np.float32(1.0)
    level /= x
    np.sqrt(level, out=level)
    level *= np.float32(255.0 * 1.08)
    return level
