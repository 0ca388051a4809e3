# SPDX-License-Identifier: Apache-2.0
"""Images of trees and bushes: albedo, alpha and normals.

A plant is a cloud of dots, bark and leaves, drawn from back to front. The images hold no light:
sun, sky and headlights are applied by their normals during rendering.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.species import HABITS, Habit, Species

__all__ = ['VARIANTS', 'Foliage', 'foliage']

VARIANTS = 3
"""Images per species; they are mirrored, stretched and tinted."""
_TALL = 400
"""Rows of the drawing; images are stored at half of that and smaller."""
_LEVELS = 5

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class Foliage:
    """One image of a plant, as a mip pyramid."""

    colours: tuple[Bytes, ...]
    """(H, W, 4): square root of the albedo, and cover."""
    normals: tuple[Bytes, ...]
    """(H, W, 3): right, up, towards the viewer; 128 is 0."""
    aspect: float
    """Width over height."""
    blobs: NDArray[np.float64]
    """(B, 3): centre right, centre up, radius of the shadow-casting balls, in heights."""


@dataclass(frozen=True, eq=False, slots=True)
class _Dots:
    """N dots in drawing order; lengths as shares of the plant's height."""

    place: Array
    """(N, 2): right, up."""
    radius: Array
    rgb: Array
    normal: Array


@cache
def foliage(species: Species, variant: int) -> Foliage:
    """Return the image of one variant (0 to VARIANTS - 1) of a species; deterministic."""
    habit, random = HABITS[species], np.random.default_rng([int(species), variant])
    clouds = []
    if habit.girth:
        clouds.append(_stem(habit, random, top=0.9 if species is Species.SPRUCE else 0.72))
    if species is Species.SPRUCE:
        clouds.append(_tiers(habit, random))
        up = np.linspace(0.12, 0.85, 6)
        blobs = np.column_stack([np.zeros(6), up, 0.22 * (1.0 - up)])
    else:
        balls = _crown_ellipsoids(habit, random)
        clouds += [*_limbs(habit, random, balls), _crown(habit, random, balls)]
        blobs = np.column_stack([balls[:, 0], balls[:, 1], np.sqrt(balls[:, 2] * balls[:, 3])])
    colours, normals = _pyramid(*_stamped(habit, clouds))
    return Foliage(colours, normals, habit.aspect, blobs)


def _stem(habit: Habit, random: np.random.Generator, *, top: float) -> _Dots:
    """Draw a tapered trunk with round normals."""
    up, across = np.meshgrid(np.arange(0.0, top, 0.004), np.linspace(-1, 1, 9), indexing='ij')
    up, across = up.ravel(), across.ravel()
    half = habit.girth * (1.0 - 0.85 * up / top) * np.where(up < 0.015, 1.3, 1.0)
    tone = random.uniform(0.72, 1.2, len(up))
    if habit.trunk[0] > 0.3:  # the dark bands of a birch
        tone = np.where(random.random(len(up)) < 0.15, 0.15, tone)
    normal = np.column_stack([across, np.full(len(up), 0.05), np.sqrt(1 - 0.9 * across**2)])
    rgb = tone[:, None] * habit.trunk
    lean = random.normal(0.0, 0.015)
    place = np.column_stack([lean * up + across * half, up])
    return _Dots(place, np.maximum(0.3 * half, 0.003), rgb, normal)


def _limbs(habit: Habit, random: np.random.Generator, balls: Array) -> list[_Dots]:
    """Draw limbs from the stem into the crown."""
    if not habit.girth:
        return []
    ends = np.repeat(balls[:, :2], 3, axis=0) + random.normal(0.0, 0.05, (3 * len(balls), 2))
    starts = np.column_stack(
        [np.zeros(len(ends)), ends[:, 1] * random.uniform(0.5, 0.8, len(ends))]
    )
    share = np.linspace(0.0, 1.0, 60)[None, :, None]
    bow = np.stack([share[..., 0] ** 0.8, share[..., 0] ** 1.3], axis=-1)
    place = (starts[:, None] + bow * (ends - starts)[:, None]).reshape(-1, 2)
    radius = habit.girth * np.tile(0.34 - 0.24 * share.ravel(), len(ends))
    normal = np.tile((0.0, 0.3, 0.9), (len(place), 1))
    bark = np.tile(0.75 * np.array(habit.trunk), (len(place), 1))
    return [_Dots(place, radius, bark, normal)]


def _crown_ellipsoids(habit: Habit, random: np.random.Generator) -> Array:
    """Draw the crown ellipsoids of one plant, inside the image."""
    balls = np.array(habit.balls)
    balls = balls + random.normal(size=balls.shape) * (0.035, 0.018, 0.018, 0.014)
    reach = (np.abs(balls[:, 0]) + balls[:, 2]).max()
    balls[:, [0, 2]] *= min(1.0, 0.93 * habit.aspect / 2 / reach)
    balls[:, 1] = np.minimum(balls[:, 1], 0.97 - balls[:, 3])
    return balls


def _crown(habit: Habit, random: np.random.Generator, balls: Array) -> _Dots:
    """Draw clumps of leaves on the ellipsoids, back to front."""
    count, leaves = habit.clumps, 42
    ball = balls[random.integers(len(balls), size=count)]
    facing = random.normal(size=(count, 3))
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    facing = facing[np.argsort(facing[:, 2])]
    centre = (
        ball[:, :2] + facing[:, :2] * random.uniform(0.45, 1.0, (count, 1)) ** 0.5 * ball[:, 2:]
    )
    shade = random.uniform(0.70, 1.2, count) * np.where(facing[:, 2] > -0.2, 1.0, 0.6)
    shade *= np.clip(0.60 + 0.5 * centre[:, 1], 0.55, 1.0)
    spread = 8.0 * habit.leaf_px / 448
    offset = np.clip(random.normal(size=(count, leaves, 2)), -1.9, 1.9) * (0.55, 0.42)
    normal = facing[:, None] + 0.4 * random.normal(size=(count, leaves, 3)) + (0.0, 0.25, 0.15)
    normal[..., :2] += 0.6 * offset
    place = centre[:, None] + spread * offset
    tone = shade[:, None, None] * random.uniform(0.76, 1.24, (count, leaves, 1))
    warm = 1 + random.normal(0.0, 0.07, (count, leaves, 1)) * (1.0, 0.0, -1.0)
    radius = habit.leaf_px / 448 * random.uniform(0.6, 1.25, count * leaves)
    place[..., 1] = np.abs(place[..., 1])
    rgb = (tone * warm * habit.leaf).reshape(-1, 3)
    return _Dots(place.reshape(-1, 2), radius, rgb, normal.reshape(-1, 3))


def _tiers(habit: Habit, random: np.random.Generator) -> _Dots:
    """Draw the drooping whorls of a conifer, from bottom to top."""
    tiers, twigs, steps = habit.clumps, 19, 22
    up = np.linspace(0.08, 0.97, tiers)[:, None, None]
    angle = np.linspace(0.0, np.pi, twigs) + random.normal(0.0, 0.1, (tiers, twigs))
    angle = np.take_along_axis(angle, np.argsort(np.sin(angle), axis=1), axis=1)[..., None]
    reach = (0.235 * (1.0 - up) ** 0.85 + 0.006) * random.uniform(0.78, 1.1, (tiers, twigs, 1))
    share = np.linspace(0.06, 1.0, steps)
    drop = (0.20 + 0.34 * np.sin(angle)) * reach
    right = np.cos(angle) * reach * share
    place = np.stack([right, up - drop * share**1.4 + 0.012 * share], axis=-1)
    place = place + random.normal(0.0, 0.0045, place.shape)
    facing = np.stack(np.broadcast_arrays(0.9 * np.cos(angle), 0.35, np.sin(angle)), axis=-1)
    normal = facing + 0.35 * random.normal(size=(*right.shape, 3))
    tone = random.uniform(0.6, 1.25, (tiers, twigs, 1)) * (0.5 + 0.6 * share)
    rgb = tone[..., None] * np.array(habit.leaf)
    radius = habit.leaf_px / 448 * random.uniform(0.7, 1.3, right.size)
    place[..., 1] = np.abs(place[..., 1])
    return _Dots(place.reshape(-1, 2), radius, rgb.reshape(-1, 3), normal.reshape(-1, 3))


def _stamped(habit: Habit, clouds: list[_Dots]) -> tuple[Bytes, Bytes]:
    """Return colour with alpha, and normals, at full scale; later dots cover earlier ones."""
    height, width = _TALL, 2 * round(_TALL * habit.aspect / 2)
    colour = np.zeros((height * width, 4), np.uint8)
    facing = np.full((height * width, 3), 128, np.uint8)
    for dots in clouds:
        size = int(np.ceil(dots.radius.max() * _TALL))
        grid = np.mgrid[-size : size + 1, -size : size + 1].reshape(2, -1)
        centre = np.column_stack(
            [(1.0 - dots.place[:, 1]) * _TALL - 0.5, dots.place[:, 0] * _TALL + (width - 1) / 2]
        )
        whole = np.rint(centre)
        near = (grid[0] + (whole - centre)[:, :1]) ** 2 + (grid[1] + (whole - centre)[:, 1:]) ** 2
        row = (whole[:, :1] + grid[0]).astype(np.int64)
        column = (whole[:, 1:] + grid[1]).astype(np.int64)
        inside = near <= (dots.radius[:, None] * _TALL) ** 2 + 0.2
        inside &= (row >= 0) & (row < height) & (column >= 0) & (column < width)
        target, dot = (row * width + column)[inside], np.nonzero(inside)[0]
        colour[target, :3] = (255 * np.sqrt(np.clip(dots.rgb, 0.0, 1.0))).astype(np.uint8)[dot]
        colour[target, 3] = 255
        unit = dots.normal / np.linalg.norm(dots.normal, axis=1, keepdims=True)
        facing[target] = (128 + 127 * unit).astype(np.uint8)[dot]
    return colour.reshape(height, width, 4), facing.reshape(height, width, 3)


def _pyramid(colour: Bytes, facing: Bytes) -> tuple[tuple[Bytes, ...], tuple[Bytes, ...]]:
    """Return the mip pyramid, with colours bled into transparent parts."""
    cover = colour[..., 3:].astype(np.float32) / np.float32(255)
    paint = colour[..., :3].astype(np.float32) * cover
    lean = (facing.astype(np.float32) - 128) * cover
    colours, normals = [], []
    for _ in range(_LEVELS):
        cover, paint, lean = _halved(cover), _halved(paint), _halved(lean)
        around = cv2.GaussianBlur(np.dstack([cover, paint]), (0, 0), 3.0)
        filled = paint + (1 - cover) * around[..., 1:] / np.maximum(around[..., :1], 0.02)
        colours.append(np.dstack([filled, 255 * cover]).clip(0, 255).astype(np.uint8))
        level = 128 + lean / np.maximum(cover, 0.05)
        normals.append(level.clip(0, 255).astype(np.uint8))
    return tuple(colours), tuple(normals)


def _halved(image: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = image.shape[0] // 2, image.shape[1] // 2
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return small.reshape(height, width, -1).astype(np.float32)
