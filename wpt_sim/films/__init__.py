# SPDX-License-Identifier: Apache-2.0
"""A drive as video and as curves: what needs av and matplotlib, which a car does not install."""

from wpt_sim.films.bird_eye import BirdEye
from wpt_sim.films.film import FILM_RATE_HZ, Film
from wpt_sim.films.plots import plot_drive
from wpt_sim.films.video import VideoWriter

__all__ = ['FILM_RATE_HZ', 'BirdEye', 'Film', 'VideoWriter', 'plot_drive']
