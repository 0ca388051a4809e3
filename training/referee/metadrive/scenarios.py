# SPDX-License-Identifier: Apache-2.0
"""24 drives in MetaDrive: 12 with its own bends of 25 to 60 m, 12 with bends of 60 to 200 m.

The map of a drive is made by MetaDrive from the number of the scenario and the seed of the drive,
so radii, lengths and hands are its own.
"""

import math
from dataclasses import dataclass
from zlib import crc32

from wpt_core.types import unknown_name

__all__ = ['DURATION_S', 'NATIVE', 'WIDENED', 'MapScenario', 'find_map_scenario']

DURATION_S = 16.0
_MAPS = 100_000
_STRAIGHT, _BENDS = 'SSSS', 'CSC'
_LATERAL_MPS2 = 1.8
_SPEEDS_MPS = (5.0, 16.0)


@dataclass(frozen=True, slots=True)
class MapScenario:
    """A map, a lane, and where the car begins beside the lane's centre."""

    name: str
    suite: str
    blocks: str
    """Types of MetaDrive's map blocks: S is straight, C a bend."""
    radii_m: tuple[float, float]
    lanes: int
    lane: int
    """From the left, 0 first."""
    offset_m: float
    heading_deg: float

    def map_seed(self, seed: int) -> int:
        """Equal in every process; MetaDrive accepts numbers below 100,000."""
        return crc32(f'{self.suite}/{self.name}/{seed}'.encode()) % _MAPS

    def speed_mps(self, sharpest_1pm: float) -> float:
        """The speed at which the sharpest bend of the map is comfortable."""
        low, high = _SPEEDS_MPS
        comfortable = math.sqrt(_LATERAL_MPS2 / max(sharpest_1pm, 1e-6))
        return min(max(comfortable, low), high)


def _twelve(suite: str, radii_m: tuple[float, float]) -> tuple[MapScenario, ...]:
    rows = (
        # Name, blocks, lanes, lane, start offset m, start heading °.
        ('straight_left', _STRAIGHT, 2, 0, 0.6, -2.0),
        ('straight_right', _STRAIGHT, 3, 2, -0.6, 2.0),
        *(
            (f'bends_{number:02d}', _BENDS, lanes, lane, offset_m, heading_deg)
            for number, (lanes, lane, offset_m, heading_deg) in enumerate(
                (
                    (2, 1, 0.5, 0.0),
                    (2, 0, -0.5, 2.0),
                    (3, 1, 0.4, -2.0),
                    (3, 0, -0.3, 0.0),
                    (2, 1, -0.6, 1.0),
                    (3, 2, 0.6, -1.0),
                    (2, 0, 0.3, 2.0),
                    (3, 1, -0.4, -2.0),
                    (1, 0, 0.5, 1.0),
                    (1, 0, -0.5, -1.0),
                )
            )
        ),
    )
    return tuple(
        MapScenario(name, suite, blocks, radii_m, lanes, lane, offset_m, heading_deg)
        for name, blocks, lanes, lane, offset_m, heading_deg in rows
    )


NATIVE = _twelve('metadrive_native', (25.0, 60.0))
WIDENED = _twelve('metadrive_widened', (60.0, 200.0))


def find_map_scenario(suite: str, name: str) -> MapScenario:
    """The scenario of this name; InputError lists the names."""
    suites = {'metadrive_native': NATIVE, 'metadrive_widened': WIDENED}
    if suite not in suites:
        raise unknown_name('suite', suite, suites)
    for scenario in suites[suite]:
        if scenario.name == name:
            return scenario
    raise unknown_name('scenario', name, (scenario.name for scenario in suites[suite]))
