# SPDX-License-Identifier: Apache-2.0
"""Rendered views of each suite at fixed seeds."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import cv2
import numpy as np
import pytest

from wpt_core.sensing import surround_rig
from wpt_core.types import CameraFrame
from wpt_sim.drive import World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.suites import SUITES, Suite

STEPS = 20
TILES = (8, 4)


def summary(frame: CameraFrame) -> dict[str, Any]:
    image = np.asarray(frame.image)
    tiles = cv2.resize(image.astype(np.float32), TILES, interpolation=cv2.INTER_AREA)
    return {
        'digest': sha256(np.ascontiguousarray(image)).hexdigest()[:16],
        'tiles': np.round(tiles.mean(axis=-1), 2).ravel().tolist(),
    }


@pytest.mark.parametrize('suite', SUITES, ids=lambda suite: suite.name)
def test_views_are_rendered_as_before(suite: Suite, reference: Callable[..., None]) -> None:
    found = {}
    for seed, scenario in enumerate((suite.scenarios[0], suite.scenarios[-1])):
        world = World(scenario, seed, rig=surround_rig())
        expert = make_driver(EXPERT, world)
        for step in range(STEPS + 1):
            seen = world.observe(frames=step in (0, STEPS))
            for frame in seen.frames:
                found[f'{scenario.name} {step} {frame.camera}'] = summary(frame)
            world.step(expert.act(seen))
    reference(f'views_{suite.name}', found, tolerance=1.0)
