# SPDX-License-Identifier: Apache-2.0
"""A drive as video and as curves: what needs av and matplotlib, which a car does not install."""

from wpt_core.world.films.film import FILM_RATE_HZ, Film
from wpt_core.world.films.plots import plot_drive
from wpt_core.world.films.video import VideoWriter

__all__ = ['FILM_RATE_HZ', 'Film', 'VideoWriter', 'plot_drive']
