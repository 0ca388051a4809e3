# SPDX-License-Identifier: Apache-2.0
"""A good driver who means to drive beside the line, so that it shows what that looks like.

Bursts of wrong steering leave the line at an angle and are over soon. A student that is wrong by a
little stays beside the line for long, parallel to it, in bends above all; there it has to know
that this is not the line.
"""

import numpy as np

from wpt_core.types import Action, Observation
from wpt_sim.drive import World
from wpt_sim.drivers import Expert
from wpt_sim.traffic import LateralShift

__all__ = ['Beside']

_MOST_M = 1.5
_ON_LINE = 0.2
"""Chance of going back to the line itself."""


class Beside:
    """Moves to another place beside the line every few seconds, as smoothly as it changes lane."""

    def __init__(self, world: World, generator: np.random.Generator) -> None:
        self._world, self._expert, self._generator = world, Expert(world), generator
        self._beside_m = 0.0
        self._next_s = float(generator.uniform(0.0, 1.5))

    def act(self, seen: Observation) -> Action:
        if seen.time_s >= self._next_s and not self._expert.passing:
            self._move(seen)
        return self._expert.act(seen)

    def _move(self, seen: Observation) -> None:
        draw = self._generator.uniform
        to_m = 0.0 if self._generator.random() < _ON_LINE else float(draw(-_MOST_M, _MOST_M))
        over_s, stay_s = float(draw(1.5, 3.5)), float(draw(0.5, 5.0))
        speed_mps = max(seen.speed_mps, 4.0)
        start_m = self._world.road_position.s_m + 0.2 * speed_mps
        self._expert.line.add(LateralShift(start_m, over_s * speed_mps, to_m - self._beside_m))
        self._beside_m = to_m
        self._next_s = seen.time_s + over_s + stay_s
