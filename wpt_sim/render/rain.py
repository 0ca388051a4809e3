# SPDX-License-Identifier: Apache-2.0
"""Rain in the picture: streaks in the air, and lamps that a wet road draws out towards us."""

import cv2
import numpy as np
from numpy.random import Generator

from wpt_sim.render.canvas import Canvas, Float32, Pane
from wpt_sim.render.light import Light

__all__ = ['add_streaks', 'mirror_lamps']

_SHRINK = 4
_BRIGHT = 0.5
"""Radiance above which something is a lamp, and where lamps stop growing brighter."""
_DAZZLING = 2.5
_SHARE = 0.035
_STREAKS = 70
"""In a picture, on average."""
_BRIGHTNESS = (20, 30, 40, 50, 60, 70)
"""Of streaks; each is drawn as often as the others."""


def mirror_lamps(canvas: Canvas, light: Light) -> None:
    """Smear what shines brightly down over the wet ground below it."""
    if light.wetness == 0.0:
        return
    threshold = np.float32(_BRIGHT + 2.0 * float(light.ground_rgb.mean()))
    for pane in canvas.panes:
        height, width = pane.depth_m.shape
        small = cv2.resize(
            pane.light, (width // _SHRINK, height // _SHRINK), interpolation=cv2.INTER_AREA
        )
        bright = np.clip(np.asarray(small, np.float32) - threshold, 0.0, _DAZZLING)
        if not bright.any():
            continue
        trail = cv2.resize(_trail(bright), (width, height), interpolation=cv2.INTER_LINEAR)
        ground = (pane.instances == 0) & np.isfinite(pane.depth_m)
        trail = cv2.copyTo(trail, ground.view(np.uint8))
        cv2.scaleAdd(trail, _SHARE * light.wetness, pane.light, dst=pane.light)


def _trail(bright: Float32) -> Float32:
    """Each row handed on to the rows below it, a little less each time."""
    trail = np.zeros_like(bright)
    carried = np.zeros_like(bright[0])
    fade = np.float32(0.5 ** (14.0 / len(bright)))
    for row in range(len(bright)):
        carried = np.maximum(carried * fade, bright[row])
        trail[row] = carried
    blurred: Float32 = np.asarray(cv2.GaussianBlur(trail, (3, 3), 0.8), np.float32)
    return blurred


def add_streaks(pane: Pane, light: Light, generator: Generator) -> None:
    """Drops that fall past during the exposure; no two pictures share them."""
    if light.wetness == 0.0:
        return
    height, width = pane.depth_m.shape
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
    pixels = pane.light.reshape(-1, 3)
    pixels[wet] += share * (colour - np.float32(0.3) * pixels[wet])
