# SPDX-License-Identifier: Apache-2.0
"""Wear of the asphalt: a factor on the albedo, 1 where new."""

from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_sim.render.canvas import Float32
from wpt_sim.render.ground.texel_grid import TexelGrid
from wpt_sim.render.look import Look
from wpt_sim.road.lanes import CrossSection, Lane

__all__ = ['asphalt_tone']

_TRACK_M = 0.75
"""Half the track of a car: tyres polish two strips in each lane."""


def asphalt_tone(
    generator: Generator, grid: TexelGrid, *, section: CrossSection, look: Look
) -> Float32:
    """Return the (rows, columns) factor on the albedo."""
    tone = 1.0 + 0.06 * grid.noise(generator, (4.0, 2.5))
    tone += 0.05 * grid.noise(generator, (0.7, 0.5))
    tone += 0.035 * grid.noise(generator, (40.0, 0.3))
    tone += 0.055 * generator.standard_normal(grid.shape, np.float32)
    _surfacing(generator, grid, tone, section=section)
    polish = generator.choice([-0.22, -0.15, 0.13])
    for lane in section.lanes:
        _lane_wear(generator, grid, tone, lane=lane, polish=float(polish))
    _mend(generator, grid, tone, section=section, amount=look.patches)
    _crack(generator, grid, tone, section=section, amount=look.patches)
    if look.seams > 0.0:
        _mislead(generator, grid, tone, section=section, amount=look.seams)
    return tone


def _surfacing(
    generator: Generator, grid: TexelGrid, tone: Float32, *, section: CrossSection
) -> None:
    """Draw sections of different age, and the joints between sections and lanes."""
    ends = [0.0]
    while ends[-1] < grid.length_m:
        ends.append(ends[-1] + generator.uniform(60.0, 260.0))
    left, right = section.left_edge_m, section.right_edge_m
    for start, end in pairwise(ends):
        tone[grid.stretch(start, end)] *= np.float32(generator.uniform(0.84, 1.14))
        across = np.array([[end, right], [end, left]])
        grid.multiply_line(tone, across, width_m=0.08, factor=0.5)
    for lane in section.lanes[:-1]:
        border = lane.offset_m + lane.width_m / 2 + 0.12
        s = np.arange(0.0, grid.length_m, 6.0)
        wander = border + 0.02 * generator.standard_normal(len(s)).cumsum() * 0.2
        seam = np.stack([s, np.clip(wander, border - 0.1, border + 0.1)], axis=-1)
        grid.multiply_line(tone, seam, width_m=0.03, factor=0.6)


def _lane_wear(
    generator: Generator, grid: TexelGrid, tone: Float32, *, lane: Lane, polish: float
) -> None:
    """Draw wheel tracks, and oil between them."""
    columns = grid.strip(lane.offset_m - lane.width_m / 2, lane.offset_m + lane.width_m / 2)
    d = grid.offsets_m[:, columns] - np.float32(lane.offset_m)
    tracks = _bump(d - _TRACK_M, 0.26) + _bump(d + _TRACK_M, 0.26)
    oil = _bump(d, 0.22)
    wander = 1.0 + 0.35 * grid.line_noise(generator, 25.0)
    drops = 1.0 + 0.5 * grid.line_noise(generator, 9.0)
    part = tone[:, columns]
    part *= np.float32(generator.normal(1.0, 0.035))
    part *= 1.0 + np.float32(polish) * wander * tracks
    part *= 1.0 - np.float32(0.14) * np.clip(drops, 0.0, 2.0) * oil


def _bump(value: Float32, width: float) -> Float32:
    hill: Float32 = np.exp(-0.5 * (value / np.float32(width)) ** 2)
    return hill


def _mend(
    generator: Generator, grid: TexelGrid, tone: Float32, *, section: CrossSection, amount: float
) -> None:
    """Draw patches of newer, darker asphalt with a sealed rim."""
    for _ in range(generator.poisson(amount * grid.length_m / 18.0)):
        lane = section.lanes[generator.integers(len(section.lanes))]
        s0 = generator.uniform(0.0, grid.length_m)
        s1 = s0 + generator.choice([1.0, 2.5, 6.0, 20.0]) * generator.uniform(0.7, 1.4)
        width = lane.width_m * generator.uniform(0.25, 0.95)
        slack = (lane.width_m - width) / 2
        middle = lane.offset_m + generator.uniform(-slack, slack)
        d0, d1 = middle - width / 2, middle + width / 2
        patch = tone[grid.stretch(s0, s1), grid.strip(d0, d1)]
        fresh = np.float32(generator.uniform(0.62, 1.08))
        patch[:] = fresh * (0.75 + 0.25 * patch)
        rim = np.array([[s0, d0], [s1, d0], [s1, d1], [s0, d1], [s0, d0]])
        grid.multiply_line(tone, rim, width_m=0.06, factor=generator.uniform(0.45, 0.9))


def _crack(
    generator: Generator, grid: TexelGrid, tone: Float32, *, section: CrossSection, amount: float
) -> None:
    """Draw cracks along and across, thin or sealed with tar."""
    left, right = section.left_edge_m, section.right_edge_m
    for _ in range(generator.poisson(amount * grid.length_m / 7.0)):
        start = (generator.uniform(0.0, grid.length_m), generator.uniform(right, left))
        across = bool(generator.random() < 0.55)
        line = _wander(generator, start, across=across, reach_m=generator.uniform(1.5, 9.0))
        line = line[(line[:, 1] > right) & (line[:, 1] < left)]
        if len(line) < 2:
            continue
        sealed = generator.random() < 0.4
        width_m, factor = (0.09, 0.45) if sealed else (0.02, 0.25)
        grid.multiply_line(tone, line, width_m=width_m, factor=factor)


def _mislead(
    generator: Generator, grid: TexelGrid, tone: Float32, *, section: CrossSection, amount: float
) -> None:
    """Strips and lines along the road at any offset, which are no border of a lane."""
    left, right = section.left_edge_m, section.right_edge_m
    for _ in range(generator.poisson(amount * grid.length_m / 30.0)):
        start_m = generator.uniform(0.0, grid.length_m)
        end_m = start_m + generator.uniform(15.0, 150.0)
        offset_m = generator.uniform(right, left)
        if generator.random() < 0.4:
            width_m = generator.uniform(0.3, 2.2)
            strip = grid.strip(offset_m - width_m / 2, offset_m + width_m / 2)
            tone[grid.stretch(start_m, end_m), strip] *= np.float32(generator.uniform(0.7, 1.3))
            continue
        line = np.array([[start_m, offset_m], [end_m, offset_m + generator.normal(0.0, 0.15)]])
        factor = generator.uniform(0.35, 0.75) if generator.random() < 0.6 else 1.35
        grid.multiply_line(tone, line, width_m=generator.uniform(0.03, 0.12), factor=factor)


def _wander(
    generator: Generator, start: tuple[float, float], *, across: bool, reach_m: float
) -> NDArray[np.float64]:
    """Return (N, 2) points (s, d) of a random walk along one direction."""
    count = max(3, int(reach_m / 0.25))
    ahead = np.full(count, 0.25)
    aside = 0.25 * (0.7 * generator.standard_normal(count) + 0.25 * generator.standard_normal())
    steps = np.stack([aside, ahead] if across else [ahead, aside], axis=-1)
    line: NDArray[np.float64] = np.asarray(start) + np.cumsum(steps, axis=0)
    return line
