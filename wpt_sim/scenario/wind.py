# SPDX-License-Identifier: Apache-2.0
"""Side wind: a steady push and gusts."""

import math
from dataclasses import dataclass

import numpy as np

__all__ = ['Wind']

_STEADY_MPS2 = 0.12
_GUST_MPS2 = 0.15
_GUSTS = 3


@dataclass(frozen=True, slots=True)
class Wind:
    """Lateral acceleration of the ego over time, a constant and a few slow waves."""

    steady_mps2: float = 0.0
    gusts: tuple[tuple[float, float, float], ...] = ()
    """Amplitude in m/s², angular frequency in rad/s, phase in rad."""

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> 'Wind':
        """From calm to fresh, from either side, 0.1 to 0.5 Hz."""
        gusts = []
        for _ in range(_GUSTS):
            size = float(generator.uniform(0.0, _GUST_MPS2 / _GUSTS))
            rate = 2.0 * math.pi * float(generator.uniform(0.1, 0.5))
            gusts.append((size, rate, float(generator.uniform(0.0, 2.0 * math.pi))))
        return cls(float(generator.uniform(-_STEADY_MPS2, _STEADY_MPS2)), tuple(gusts))

    def at(self, time_s: float) -> float:
        """Metres per second squared, to the left."""
        waves = (size * math.sin(rate * time_s + phase) for size, rate, phase in self.gusts)
        return self.steady_mps2 + sum(waves)
