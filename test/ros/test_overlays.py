# SPDX-License-Identifier: Apache-2.0
"""Overlays: the picture that the plan was made from, with the plan on its road, if one looks."""

from array import array

import cv2
import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, Image

from wpt_core.drawing import PlanStyle
from wpt_core.sensing import surround_rig
from wpt_core.types import InputError
from wpt_ros.conversions.images import compressed_message, image_message
from wpt_ros.conversions.stamps import seconds, stamp_of
from wpt_ros.parts.overlays import Overlay, OverlayPublisher

FRONT = surround_rig().cameras[0]
GREY = np.full((128, 256, 3), 100, np.uint8)


class Wall:
    """A publisher that keeps what it is given, with as many who look at it as one likes."""

    def __init__(self, lookers: int = 1) -> None:
        self.lookers = lookers
        self.shown: list[Image] = []

    def publish(self, message: Image) -> None:
        self.shown.append(message)

    def get_subscription_count(self) -> int:
        return self.lookers


def picture(stamp_s: float, *, grey: int = 100, width: int = 256) -> bytes:
    pixels = np.full((128, width, 3), grey, np.uint8)
    return bytes(serialize_message(image_message(pixels, stamp=stamp_of(stamp_s), frame_id='eye')))


def screen(wall: Wall) -> OverlayPublisher:
    overlay = Overlay(FRONT.name, PlanStyle())
    overlay.camera = FRONT
    return OverlayPublisher(overlay, wall)


def take(one: OverlayPublisher, content: bytes, *, compressed: bool = False) -> None:
    """As the node does."""
    raw = one.opened(content, compressed=compressed)
    if raw is not None:
        one.overlay.take(raw)


def pixels(message: Image) -> np.ndarray:
    return np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)


def test_the_plan_is_drawn_on_the_picture_nearest_to_it_in_time() -> None:
    wall = Wall()
    one = screen(wall)
    for number in range(5):
        take(one, picture(100.0 + 0.05 * number, grey=100 + number))
    one.show(circles(0.0, stamp_s=100.06))
    (shown,) = wall.shown
    assert seconds(shown.header.stamp) == pytest.approx(100.05)
    assert shown.header.frame_id == 'eye'
    drawn = pixels(shown)
    assert (drawn[:50] == 101).all()  # the sky of the second picture
    road = drawn[110, 100:156]
    assert (road != 101).any(axis=-1).mean() > 0.9


def test_nothing_is_drawn_twice_and_a_new_plan_is_drawn_anew() -> None:
    wall = Wall()
    one, plan = screen(wall), circles(0.0)
    take(one, picture(100.0))
    one.show(plan)
    one.show(plan)
    assert len(wall.shown) == 1
    one.show(circles(0.02))
    assert len(wall.shown) == 2
    assert wall.shown[0].data != wall.shown[1].data


def test_a_camera_that_fell_silent_gets_no_plan_on_its_last_picture() -> None:
    wall = Wall()
    one = screen(wall)
    take(one, picture(99.8))
    one.show(circles(0.0, stamp_s=100.0))
    assert not wall.shown


def test_without_a_plan_the_newest_picture_is_shown_as_it_is() -> None:
    wall = Wall()
    one = screen(wall)
    take(one, picture(100.0, grey=90))
    take(one, picture(100.05, grey=91))
    one.show(None)
    assert (pixels(wall.shown[0]) == 91).all()


def test_nothing_is_kept_or_drawn_while_nobody_looks() -> None:
    wall = Wall(lookers=0)
    one, plan = screen(wall), circles(0.0)
    take(one, picture(100.0))
    one.show(plan)
    wall.lookers = 1
    one.show(plan)
    assert not wall.shown
    take(one, picture(100.0))
    wall.lookers = 0
    one.show(plan)
    wall.lookers = 1
    one.show(plan)
    assert not wall.shown  # what was kept for the one who left is gone


def test_compressed_pictures_are_drawn_on_as_well() -> None:
    wall = Wall()
    one = screen(wall)
    message = compressed_message(GREY, stamp=stamp_of(100.0), frame_id='eye')
    take(one, bytes(serialize_message(message)), compressed=True)
    one.show(circles(0.0))
    assert (pixels(wall.shown[0])[110, 100:156] != 100).any()


def test_what_cannot_be_drawn_on_is_refused_and_hides_nothing() -> None:
    wall = Wall()
    one = screen(wall)
    take(one, picture(100.0))
    short = Image(height=128, width=256, encoding='rgb8', step=768, data=array('B', b'\0' * 99))
    for content, words in (
        (b'\0\1\0\0rubbish', 'ends within'),
        (bytes(serialize_message(short)), 'holds 99 bytes'),
        (picture(100.0, width=128), '128 x 128 pixels, expected 256 x 128'),
    ):
        with pytest.raises(InputError, match=words):
            take(one, content)
    one.show(circles(0.0))
    assert len(wall.shown) == 1


def test_a_damaged_picture_is_told_until_a_sound_one_comes() -> None:
    wall = Wall()
    one, plan = screen(wall), circles(0.0)
    noise = np.random.default_rng(1).integers(0, 256, GREY.shape, dtype=np.uint8)
    content = cv2.imencode('.png', noise)[1].tobytes()
    middle = len(content) // 2
    damaged = content[:middle] + b'\xff' * 2000 + content[middle + 2000 :]
    message = CompressedImage(format='png', data=array('B', damaged))
    message.header.stamp = stamp_of(100.0)
    take(one, bytes(serialize_message(message)), compressed=True)
    for _ in range(2):
        with pytest.raises(InputError, match=r"camera 'front'.* damaged"):
            one.show(plan)
    sound = compressed_message(GREY, stamp=stamp_of(100.05), frame_id='eye')
    take(one, bytes(serialize_message(sound)), compressed=True)
    one.show(circles(0.0, stamp_s=100.05))
    assert len(wall.shown) == 1


def test_before_the_camera_is_known_that_is_said_and_nothing_drawn() -> None:
    wall = Wall()
    one = OverlayPublisher(Overlay(FRONT.name, PlanStyle()), wall)
    with pytest.raises(InputError, match='neither its lens nor where it sits is known yet'):
        take(one, picture(100.0))
    one.show(circles(0.0))
    assert not wall.shown
