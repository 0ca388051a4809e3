# SPDX-License-Identifier: Apache-2.0
"""Pushing a good driver off its line, so that it shows how to come back."""

import numpy as np

from wpt_core.types import Action

__all__ = ['Perturbation']

_STEP_S = 0.05
_LEAST_SPEED_MPS = 4.0


class Perturbation:
    """Bursts of wrong steering, as lateral acceleration, with rest in between."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._push_mps2 = 0.0
        self._left_s = float(generator.uniform(0.5, 3.0))
        self._pushing = False

    def disturbed(self, action: Action, speed_mps: float) -> Action:
        """What the car is asked for instead, for one step."""
        self._left_s -= _STEP_S
        if self._left_s <= 0.0:
            self._pushing = not self._pushing
            draw = self._generator.uniform
            self._left_s = float(draw(0.4, 1.4) if self._pushing else draw(0.8, 3.5))
            self._push_mps2 = float(draw(-1.6, 1.6)) if self._pushing else 0.0
        square = max(speed_mps, _LEAST_SPEED_MPS) ** 2
        return Action(action.curvature_1pm + self._push_mps2 / square, action.acceleration_mps2)
