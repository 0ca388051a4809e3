# SPDX-License-Identifier: Apache-2.0
"""Make the picture of the README anew: python -m docs.pictures.looks"""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.drawing import contact_sheet
from wpt_core.sensing import surround_rig
from wpt_core.types import Camera, Rig
from wpt_sim.drive import World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.suites import find_scenario, find_suite

SCALE = 2
"""Larger than what the student sees, for people."""

# Suite, scenario, seed and time of each picture.
MOMENTS = (
    ('routes', 'cut_in_from_left', 0, 8.0),
    ('routes', 'pedestrian_two', 0, 22.0),
    ('routes', 'glare_country', 0, 21.8),
    ('routes', 'hard_brake_country', 3, 8.0),
    ('routes', 'rain_motorway', 3, 6.0),
    ('routes', 'night_motorway', 1, 6.0),
)


def front_rig() -> Rig:
    """The front camera of the default rig with more pixels."""
    front = surround_rig().cameras[0]
    lens = front.intrinsics
    finer = replace(
        lens,
        width_px=SCALE * lens.width_px,
        height_px=SCALE * lens.height_px,
        fx_px=SCALE * lens.fx_px,
        fy_px=SCALE * lens.fy_px,
        cx_px=SCALE * (lens.cx_px + 0.5) - 0.5,
        cy_px=SCALE * (lens.cy_px + 0.5) - 0.5,
    )
    return Rig((Camera(front.name, finer, front.base_from_camera),))


def moment(suite: str, scenario: str, seed: int, time_s: float) -> NDArray[np.uint8]:
    """What the camera sees at that time, the expert driving."""
    world = World(find_scenario(find_suite(suite), scenario), seed, rig=front_rig())
    driver = make_driver(EXPERT, world)
    while world.time_s < time_s and not world.done:
        world.step(driver.act(world.observe(frames=False)))
    return world.observe().frames[0].image


def main() -> None:
    """Write looks.jpg beside this file."""
    sheet = contact_sheet([moment(*place) for place in MOMENTS], columns=3)
    path = Path(__file__).with_name('looks.jpg')
    quality = [cv2.IMWRITE_JPEG_QUALITY, 88]
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), quality)


if __name__ == '__main__':
    main()
