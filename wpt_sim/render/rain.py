# SPDX-License-Identifier: Apache-2.0
"""Rain: streaks in the air, and reflections of lamps on the wet road."""

import cv2
import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import CameraBuffer, Canvas, Float32
from wpt_sim.render.light import Light

__all__ = ['add_streaks', 'mirror_lamps']

_SHRINK = 4
_BRIGHT = 0.5
"""Radiance above which something is a lamp; `_DAZZLING` is the upper limit."""
_DAZZLING = 2.5
_SHARE = 0.035
_STREAKS = 70
"""Mean number per image."""
_BRIGHTNESS = (20, 30, 40, 50, 60, 70)
"""Levels of streaks, equally frequent."""


def mirror_lamps(canvas: Canvas, light: Light) -> None:
    """Reflect bright lights on the wet ground below them."""
    if light.wetness == 0.0:
        return
    threshold = np.float32(_BRIGHT + 2.0 * float(light.ground_rgb.mean()))
    for buffer in canvas.buffers:
        height, width = buffer.depth_m.shape
        small = cv2.resize(
            buffer.light, (width // _SHRINK, height // _SHRINK), interpolation=cv2.INTER_AREA
        )
        bright = np.clip(np.asarray(small, np.float32) - threshold, 0.0, _DAZZLING)
        if not bright.any():
            continue
        trail = cv2.resize(_trail(bright), (width, height), interpolation=cv2.INTER_LINEAR)
        ground = (buffer.instances == 0) & np.isfinite(buffer.depth_m)
        trail = cv2.copyTo(trail, ground.view(np.uint8))
        cv2.scaleAdd(trail, _SHARE * light.wetness, buffer.light, dst=buffer.light)


def _trail(bright: Float32) -> Float32:
    """Propagate each row to the rows below it, with exponential decay."""
    trail = np.zeros_like(bright)
    carried = np.zeros_like(bright[0])
    fade = np.float32(0.5 ** (14.0 / len(bright)))
    for row in range(len(bright)):
        carried = np.maximum(carried * fade, bright[row])
        trail[row] = carried
    blurred: Float32 = np.asarray(cv2.GaussianBlur(trail, (3, 3), 0.8), np.float32)
    return blurred


def add_streaks(buffer: CameraBuffer, light: Light, generator: Generator) -> None:
    """Add streaks of falling drops, different in every image."""
    if light.wetness == 0.0:
        return
    height, width = buffer.depth_m.shape
    mask = np.zeros((height, width), np.uint8)
    count = int(generator.poisson(_STREAKS * light.wetness))
    tops = generator.random((count, 2)) * (1.2 * width, 1.2 * height)
    tops -= (0.1 * width, 0.2 * height)
    lengths = height * generator.exponential(0.06, count)
    slant = generator.normal(0.0, 0.05) + generator.normal(0.0, 0.03, count)
    ends = tops + np.stack([slant * lengths, lengths], axis=-1)
    fixed = np.round(np.stack([tops, ends], axis=1) * 16).astype(np.int32)
    thick = max(1, height // 256)
    for lines, level in zip(np.array_split(fixed, len(_BRIGHTNESS)), _BRIGHTNESS, strict=True):
        cv2.polylines(mask, list(lines), False, level, thick, cv2.LINE_AA, 4)
    soft = np.asarray(cv2.GaussianBlur(mask, (3, 3), 0.7)).ravel()
    wet = np.flatnonzero(soft > 0)
    share = soft[wet, None] * np.float32(1 / 255)
    colour = (light.haze_rgb * 1.3).astype(np.float32)
    pixels = buffer.light.reshape(-1, 3)
    pixels[wet] += share * (colour - np.float32(0.3) * pixels[wet])
