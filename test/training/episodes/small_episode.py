# SPDX-License-Identifier: Apache-2.0
"""A short episode of known images on known poses, written without a drive."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.episodes.episode import About, EpisodeWriter
from wpt_core.geometry import rotation_from_rpy, transform
from wpt_core.sensing import surround_rig
from wpt_core.types import Command, EgoState, Pose2

VIEWS = surround_rig()
SAMPLES = 4
DEAD = 2, 'back'
"""This view of this sample is missing."""
SPEED_MPS, CLIMB_MPS = 10.0, 1.0
PITCH_RAD, ROLL_RAD, YAW_RATE_RADPS = -0.1, 0.05, 0.4


def world_from_base(time_s: float) -> NDArray[np.float64]:
    """A car that climbs, leans and turns."""
    turn = rotation_from_rpy(ROLL_RAD, PITCH_RAD, YAW_RATE_RADPS * time_s)
    return transform(turn, [SPEED_MPS * time_s, 0.0, CLIMB_MPS * time_s])


def write_small_episode(path: Path, *, seed: int = 0, about: About | None = None) -> Path:
    """Sets of views every 0.2 s from 1.01 s on, between the samples of the odometry."""
    generator = np.random.default_rng(seed)
    about = About('test', 'human', 0.2) if about is None else about
    with EpisodeWriter(path, VIEWS, about) as episode:
        for step in range(4 * SAMPLES + 2):
            time_s = 0.05 * step
            yaw = YAW_RATE_RADPS * time_s
            ego = EgoState(1.0 + time_s, Pose2(0.0, 0.0, yaw), SPEED_MPS, 0.0, 0.4, 0.04)
            episode.odometry(ego, world_from_base(time_s))
        for sample in range(SAMPLES):
            images = {
                name: cv2.resize(generator.integers(0, 255, (8, 16, 3), np.uint8), (256, 128))
                for name in VIEWS.names
                if (sample, name) != DEAD
            }
            episode.views(1.01 + 0.2 * sample, images, Command.KEEP)
    return path
