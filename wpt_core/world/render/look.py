# SPDX-License-Identifier: Apache-2.0
"""How the world looks today: light, weather, surface and lens, in one value per drive."""

from dataclasses import dataclass
from enum import Enum

__all__ = ['Daylight', 'LensLook', 'Look', 'Weather']


class Daylight(Enum):
    """Where the light comes from."""

    DAY = 'day'
    DUSK = 'dusk'
    NIGHT = 'night'


class Weather(Enum):
    """What the air and the road are like."""

    CLEAR = 'clear'
    OVERCAST = 'overcast'
    RAIN = 'rain'


@dataclass(frozen=True, slots=True)
class LensLook:
    """What camera and lens do to the light that arrives."""

    exposure_ev: float = 0.0
    """Error of the automatic exposure, in stops."""
    noise: float = 0.01
    """Standard deviation of the sensor noise at mid grey, as a share of full scale."""
    blur_px: float = 0.5
    """Standard deviation of the lens blur."""
    vignette: float = 0.2
    """Share of light lost in the corners."""
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Look:
    """All that the pictures depend on besides where things are. `seed` draws every texture."""

    seed: int
    daylight: Daylight = Daylight.DAY
    weather: Weather = Weather.CLEAR
    sun_azimuth_rad: float = 0.8
    """Direction towards the sun in the world frame, counter-clockwise from +x."""
    sun_elevation_rad: float = 0.7
    glare: float = 0.0
    """0 none, 1 a low sun straight in the lens."""
    haze: float = 0.1
    """0 is clear air, 1 hides what is 100 m away."""
    asphalt: float = 0.35
    """Brightness of the dry surface, 0 to 1."""
    patches: float = 0.3
    """How much of the surface has been mended or is cracked, 0 to 1."""
    greenery: float = 0.5
    """From dry grass and bare soil (0) to lush (1)."""
    trees: float = 0.5
    """Density of trees and bushes beside the road, 0 to 1."""
    lens: LensLook = LensLook()
