# SPDX-License-Identifier: Apache-2.0
"""Videos and plots of a drive; needs av and matplotlib, which a car does not install."""

from wpt_sim.films.bird_eye import BirdEye
from wpt_sim.films.film import FILM_RATE_HZ, Film, VideoWriter
from wpt_sim.films.plots import plot_drive

__all__ = ['FILM_RATE_HZ', 'BirdEye', 'Film', 'VideoWriter', 'plot_drive']
