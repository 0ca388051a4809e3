# SPDX-License-Identifier: Apache-2.0
"""What cameras have sent: the newest sound picture is decoded once, and bad ones are named."""

import math
from array import array
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time
from rclpy.serialization import serialize_message

from wpt_core.sensing import CameraSetDue, surround_rig
from wpt_core.types import EgoState, InputError, Pose2, Rig
from wpt_ros.conversions.images import compressed_message, image_message
from wpt_ros.parts.image_buffer import ImageBuffer

RIG = Rig(surround_rig().cameras[:2])
FRONT, LEFT = RIG.names
GREY = np.full((128, 256, 3), 90, np.uint8)


def inbox(*, compressed: bool = False) -> ImageBuffer:
    made = ImageBuffer(RIG.names, compressed=compressed, wait_s=0.02)
    made.expect(RIG)
    return made


def sent(stamp_ms: int, picture: np.ndarray = GREY, *, compressed: bool = False) -> Any:
    make = compressed_message if compressed else image_message
    stamp = Time(sec=stamp_ms // 1000, nanosec=stamp_ms % 1000 * 10**6 + 1)
    return make(picture, stamp=stamp, frame_id='')


def take(
    pictures: ImageBuffer,
    camera: str,
    message: Any,
    *,
    now_s: float = 50.0,
    ego: EgoState | None = None,
) -> None:
    raw = pictures.opened(serialize_message(message))
    pictures.take(camera, raw, heard_s=now_s, now_s=now_s, ego=ego)


def test_a_set_is_decoded_once_and_has_the_stamp_of_the_anchor() -> None:
    pictures = inbox()
    take(pictures, FRONT, sent(10_050))
    take(pictures, LEFT, sent(10_040))
    due = pictures.assembler.due(51.0)
    assert due is not None
    assert pictures.stamp(due) == Time(sec=10, nanosec=50_000_001)
    frames, damaged = pictures.frames(due)
    assert [(frame.camera, round(frame.stamp_s, 3)) for frame in frames] == [
        (FRONT, 10.05),
        (LEFT, 10.04),
    ]
    assert np.array_equal(frames[0].image, GREY)
    assert not damaged
    assert pictures.ages_s(due.stamp_s) == pytest.approx([0.0, 0.01], abs=1e-6)
    assert pictures.frames(due) == ([], [])


def test_a_picture_that_is_a_little_newer_counts_as_taken_with_the_anchor() -> None:
    pictures = inbox()
    take(pictures, FRONT, sent(10_000))
    take(pictures, LEFT, sent(10_020))
    frames, _ = pictures.frames(CameraSetDue(FRONT, 10.0))
    assert max(frame.stamp_s for frame in frames) == 10.0
    assert pictures.ages_s(10.0) == pytest.approx([0.0, 0.02], abs=1e-6)


def test_the_newest_picture_replaces_one_that_waits() -> None:
    pictures = inbox()
    take(pictures, LEFT, sent(10_000))
    take(pictures, LEFT, sent(10_050, GREY + 1))
    take(pictures, LEFT, sent(10_000, GREY + 2))
    (frame,), _ = pictures.frames(CameraSetDue(FRONT, 10.05))
    assert frame.image[0, 0, 0] == 91


def test_what_is_too_old_or_was_never_there_is_masked() -> None:
    pictures = inbox()
    take(pictures, LEFT, sent(10_000))
    pictures.frames(CameraSetDue(LEFT, 10.0))
    assert pictures.ages_s(10.1) == pytest.approx([math.inf, 0.1], abs=1e-6)
    assert pictures.ages_s(10.2) == [math.inf, math.inf]


def test_what_waits_from_before_a_jump_of_time_is_let_go() -> None:
    pictures = inbox()
    take(pictures, LEFT, sent(20_000))
    take(pictures, FRONT, sent(20_000))
    take(pictures, FRONT, sent(5_000))
    frames, damaged = pictures.frames(CameraSetDue(FRONT, 5.0))
    assert [frame.camera for frame in frames] == [FRONT]
    assert not damaged
    assert pictures.ages_s(5.0) == pytest.approx([0.0, math.inf], abs=1e-6)


@pytest.mark.parametrize(
    ('spoil', 'words'),
    [
        ({'encoding': 'potato'}, 'potato'),
        ({'width': 128, 'step': 384}, '128 x 128 pixels where its calibration says 256 x 128'),
        ({'data': array('B', b'abc')}, 'holds 3 bytes'),
    ],
)
def test_a_bad_picture_has_not_arrived(spoil: dict[str, Any], words: str) -> None:
    pictures, message = inbox(), sent(10_000)
    for name, value in spoil.items():
        setattr(message, name, value)
    with pytest.raises(InputError, match=words):
        take(pictures, FRONT, message)
    assert pictures.assembler.due(99.0) is None
    assert not pictures.assembler.living(10.0)


def test_bytes_that_are_no_message_are_refused() -> None:
    with pytest.raises(InputError, match='sensor_msgs/Image'):
        inbox().opened(b'\x00\x01\x00\x00' + b'\xff' * 40)


def test_damage_that_only_decoding_finds_masks_one_camera() -> None:
    pictures = inbox(compressed=True)
    noise = np.random.default_rng(1).integers(0, 256, GREY.shape, dtype=np.uint8)
    _, encoded = cv2.imencode('.png', noise)
    # Every chunk is there; what lies in them is not.
    encoded[2000:4000] = 0
    message = sent(10_000, compressed=True)
    message.data = array('B', encoded.tobytes())
    take(pictures, FRONT, sent(10_000, compressed=True))
    take(pictures, LEFT, message)
    frames, damaged = pictures.frames(CameraSetDue(FRONT, 10.0))
    assert [frame.camera for frame in frames] == [FRONT]
    assert LEFT in damaged[0]
    assert pictures.ages_s(10.0)[1] == math.inf


def test_pictures_of_another_size_are_let_go_when_the_lens_changes() -> None:
    pictures = inbox()
    take(pictures, FRONT, sent(10_000))
    take(pictures, LEFT, sent(10_000))
    front, left = RIG.cameras
    smaller = replace(left, intrinsics=replace(left.intrinsics, width_px=128, height_px=64))
    pictures.expect(Rig((front, smaller)))
    frames, _ = pictures.frames(CameraSetDue(FRONT, 10.0))
    assert [frame.camera for frame in frames] == [FRONT]
    take(pictures, LEFT, sent(10_050, GREY[::2, ::2]))
    pictures.expect(Rig((front,)))
    with pytest.raises(InputError, match='not known yet'):
        take(pictures, LEFT, sent(10_100))


def test_a_frozen_camera_is_refused_once_the_car_has_driven_on() -> None:
    pictures = inbox()

    def drives(step: int, *, speed_mps: float) -> None:
        ego = EgoState(0.0, Pose2(0.05 * step * speed_mps, 0.0, 0.0), speed_mps, 0.0, 0.0, 0.0)
        take(pictures, FRONT, sent(10_000 + 50 * step), ego=ego)

    for step in range(40):
        drives(step, speed_mps=0.0)
    with pytest.raises(InputError, match='the image repeats'):
        drives(40, speed_mps=10.0)
    take(pictures, FRONT, sent(12_050, GREY + 1))
    due = pictures.assembler.due(51.0)
    assert due is not None
    assert due.stamp_s == pytest.approx(12.05)
