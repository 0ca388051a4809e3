# SPDX-License-Identifier: Apache-2.0
"""Finishes of bodies, as linear RGB albedos."""

import numpy as np

from wpt_sim.render.bodies.mesh import Finish, LampRole

__all__ = [
    'AMBER_LEFT',
    'AMBER_RIGHT',
    'BRAKE_LAMP',
    'CHROME',
    'DARK',
    'GLASS',
    'HEADLAMP',
    'PLATE',
    'RIM',
    'RUBBER',
    'TAILLAMP',
    'TRIM',
    'paint',
    'pick',
]

DARK = Finish((0.010, 0.010, 0.011))
TRIM = Finish((0.028, 0.028, 0.030), 0.02)
RUBBER = Finish((0.018, 0.018, 0.019))
RIM = Finish((0.34, 0.34, 0.36), 0.15)
CHROME = Finish((0.20, 0.20, 0.21), 0.45)
GLASS = Finish((0.012, 0.015, 0.017), 0.10)
PLATE = Finish((0.62, 0.62, 0.58), 0.0, LampRole.RETRO)
HEADLAMP = Finish((0.42, 0.44, 0.46), 0.25, LampRole.HEAD)
TAILLAMP = Finish((0.23, 0.010, 0.010), 0.08, LampRole.TAIL)
BRAKE_LAMP = Finish((0.14, 0.008, 0.008), 0.05, LampRole.BRAKE)
AMBER_LEFT = Finish((0.40, 0.12, 0.02), 0.08, LampRole.LEFT)
AMBER_RIGHT = Finish((0.40, 0.12, 0.02), 0.08, LampRole.RIGHT)

_PAINTS = (
    # share of new registrations in Europe, roughly; colour
    (0.23, (0.66, 0.66, 0.64)),
    (0.10, (0.36, 0.37, 0.38)),
    (0.15, (0.115, 0.120, 0.128)),
    (0.10, (0.055, 0.060, 0.068)),
    (0.16, (0.012, 0.012, 0.014)),
    (0.07, (0.022, 0.060, 0.190)),
    (0.05, (0.012, 0.022, 0.070)),
    (0.06, (0.300, 0.016, 0.014)),
    (0.02, (0.110, 0.010, 0.016)),
    (0.02, (0.030, 0.075, 0.045)),
    (0.02, (0.180, 0.150, 0.105)),
    (0.02, (0.330, 0.130, 0.020)),
)


def pick(draw: float, shares: tuple[float, ...]) -> int:
    """Return the index of the share that contains a number in [0, 1)."""
    return int(np.searchsorted(np.cumsum(shares) / np.sum(shares), draw, side='right'))


def paint(generator: np.random.Generator) -> Finish:
    """Draw the paint of a car: a common colour with variation, under clear coat."""
    base = _PAINTS[pick(generator.random(), tuple(share for share, _ in _PAINTS))][1]
    red, green, blue = np.clip(np.array(base) * generator.uniform(0.82, 1.2), 0.0, 0.75).tolist()
    return Finish((red, green, blue), 0.045)
