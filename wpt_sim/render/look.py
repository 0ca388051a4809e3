# SPDX-License-Identifier: Apache-2.0
"""The look of a drive: light, weather, surface and lens."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.random import Generator

__all__ = ['Daylight', 'LensLook', 'Look', 'Weather', 'draw_lens', 'draw_look']


class Daylight(Enum):
    """Time of day."""

    DAY = 'day'
    DUSK = 'dusk'
    NIGHT = 'night'


class Weather(Enum):
    """Weather, in the air and on the road."""

    CLEAR = 'clear'
    OVERCAST = 'overcast'
    RAIN = 'rain'


@dataclass(frozen=True, slots=True)
class LensLook:
    """Properties of camera and lens."""

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
    """Everything that images depend on besides the scene. `seed` draws every texture."""

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
    """Amount of patches and cracks in the surface, 0 to 1."""
    seams: float = 0.0
    """Seams, strips of another tone and ghosts of old lines along the road, 0 to 1."""
    greenery: float = 0.5
    """From dry grass and bare soil (0) to lush (1)."""
    trees: float = 0.5
    """Density of trees and bushes beside the road, 0 to 1."""
    lens: LensLook = LensLook()


def draw_look(
    generator: Generator, daylight: Daylight | None = None, weather: Weather | None = None
) -> Look:
    """Draw a look; daylight and weather may be fixed.

    60 % of the drives are by day, 20 % each at dusk and at night; half of them are clear. A third
    of the clear days has a low sun.
    """
    drawn = (
        list(Daylight)[int(generator.choice(3, p=[0.6, 0.2, 0.2]))],
        list(Weather)[int(generator.choice(3, p=[0.5, 0.3, 0.2]))],
    )
    daylight, weather = daylight or drawn[0], weather or drawn[1]
    low_sun = bool(generator.random() < 1 / 3)
    elevation = {
        Daylight.DAY: (0.10, 0.25) if low_sun else (0.3, 1.1),
        Daylight.DUSK: (-0.05, 0.06),
        Daylight.NIGHT: (-0.8, -0.3),
    }[daylight]
    glaring = low_sun and daylight is Daylight.DAY and weather is Weather.CLEAR
    return Look(
        seed=int(generator.integers(2**31)),
        daylight=daylight,
        weather=weather,
        sun_azimuth_rad=float(generator.uniform(-np.pi, np.pi)),
        sun_elevation_rad=float(generator.uniform(*elevation)),
        glare=float(generator.uniform(0.2, 1.0)) if glaring else 0.0,
        haze=float(generator.beta(1.3, 5.0)) * 0.6,
        asphalt=float(generator.beta(2.5, 3.5)),
        patches=float(generator.beta(1.2, 2.0)),
        greenery=float(generator.uniform(0.1, 1.0)),
        trees=float(generator.beta(1.5, 1.5)),
        lens=draw_lens(generator),
    )


def draw_lens(generator: Generator) -> LensLook:
    """Draw a camera, from good to poor."""
    red, blue = generator.normal(1.0, 0.035, 2).clip(0.85, 1.15)
    return LensLook(
        exposure_ev=float(generator.normal(0.0, 0.3)),
        noise=float(generator.uniform(0.004, 0.022)),
        blur_px=float(generator.uniform(0.3, 0.9)),
        vignette=float(generator.uniform(0.05, 0.4)),
        white_balance=(float(red), 1.0, float(blue)),
    )
