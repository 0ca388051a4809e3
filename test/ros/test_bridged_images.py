# SPDX-License-Identifier: Apache-2.0
"""Images through cv_bridge: by the package where it works, and by a stub of its interface."""

import sys
from array import array
from collections.abc import Iterator
from importlib.util import find_spec
from math import inf
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

import cv_bridge_stub
from builtin_interfaces.msg import Time
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from wpt_core.sensing import RAW_ENCODINGS, RawImageData, surround_rig
from wpt_core.types import InputError
from wpt_ros.conversions.images import RawImage, image_message
from wpt_ros.facades import cv_bridge
from wpt_ros.parts.image_buffer import ImageBuffer

STAMP = Time(sec=3, nanosec=7)


def forget() -> None:
    cv_bridge.bridge.cache_clear()
    cv_bridge._layout.cache_clear()


INSTALLED = ['package'] if find_spec('cv_bridge') else []


@pytest.fixture(params=['stub', *INSTALLED])
def bridged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With cv_bridge."""
    if request.param == 'stub':
        monkeypatch.setitem(sys.modules, 'cv_bridge', cv_bridge_stub.module())
    forget()
    if cv_bridge.bridge() is None:
        pytest.skip('cv_bridge is not installed, or its C++ part does not work here')
    yield
    forget()


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without cv_bridge."""
    monkeypatch.setitem(sys.modules, 'cv_bridge', None)
    forget()
    yield
    forget()


def noise(*shape: int) -> NDArray[np.uint16]:
    return np.random.default_rng(4).integers(0, 65536, shape, dtype=np.uint16)


def raw_image(
    encoding: str, pixels: NDArray[np.uint16], *, padding: int = 0, big_endian: bool = False
) -> RawImage:
    """Of (H, W, C), over the topic format."""
    rows = pixels.astype('>u2' if big_endian else '<u2').reshape(len(pixels), -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)))
    height, width = pixels.shape[:2]
    message = Image(height=height, width=width, encoding=encoding, step=rows.shape[1])
    message.is_bigendian = int(big_endian)
    message.data = array('B', rows.tobytes())
    return RawImage.of(serialize_message(message))


@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.usefixtures('bridged')
def test_sixteen_bit_colours_are_read(padding: int, big_endian: bool) -> None:
    pixels = noise(6, 8, 3)
    raw = raw_image('bgr16', pixels, padding=padding, big_endian=big_endian)
    assert raw.picture.size_px() == (8, 6)
    expected = np.rint(pixels[..., ::-1] / 257.0)
    np.testing.assert_array_equal(raw.picture.rgb(), expected)


@pytest.mark.usefixtures('bridged')
def test_sixteen_bit_mosaics_are_read() -> None:
    raw = raw_image('bayer_rggb16', np.full((6, 8, 1), 257 * 90, np.uint16))
    np.testing.assert_array_equal(raw.picture.rgb(), np.full((6, 8, 3), 90))


@pytest.mark.usefixtures('bridged')
def test_the_planner_takes_images_that_only_cv_bridge_reads() -> None:
    camera = surround_rig().cameras[0]
    lens = camera.intrinsics
    pictures = ImageBuffer([camera.name], compressed=False, wait_s=0.02)
    pictures.expect(surround_rig())
    content = noise(lens.height_px, lens.width_px, 3)
    raw = raw_image('rgb16', content)
    pictures.assembler.odometry_arrived(0.0)
    pictures.take(camera.name, raw, heard_s=0.01, now_s=0.01, ego=None)
    due = pictures.assembler.due(0.01)
    assert due is not None
    (frame,), damaged = pictures.frames(due)
    assert damaged == []
    np.testing.assert_array_equal(frame.image, np.rint(content / 257.0))
    assert pictures.ages_s(0.0) != [inf]


@pytest.mark.usefixtures('bridged')
@pytest.mark.parametrize('encoding', ['16SC1', 'nv99', '8UC9', '16UC3', 'x' * 4000])
def test_what_cv_bridge_does_not_convert_is_refused(encoding: str) -> None:
    raw = raw_image(encoding, noise(6, 8, 1))
    for read in (raw.picture.size_px, raw.picture.rgb):
        with pytest.raises(InputError, match=r'is none of .* and cv_bridge does not convert it'):
            read()


@pytest.mark.usefixtures('bridged')
def test_an_image_that_is_cut_off_is_refused() -> None:
    raw = raw_image('rgb16', noise(6, 8, 3))
    cut = cv_bridge.picture_of(
        'rgb16', raw.data[:-1], size_px=(8, 6), step_bytes=48, big_endian=False
    )
    with pytest.raises(InputError, match=r'holds 287 bytes .* 6 rows of at least 48'):
        cut.rgb()


@pytest.mark.usefixtures('bridged')
def test_encodings_of_our_own_do_not_pass_through_cv_bridge() -> None:
    for encoding in RAW_ENCODINGS:
        picture = raw_image(encoding, noise(6, 8, 1)).picture
        assert type(picture) is RawImageData


@pytest.mark.usefixtures('bridged')
def test_a_message_is_the_same_with_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (6, 8, 3), dtype=np.uint8)[:, ::-1]
    theirs = image_message(picture, stamp=STAMP, frame_id='front')
    assert theirs == cv_bridge.bridged_message(picture, stamp=STAMP, frame_id='front')
    monkeypatch.setitem(sys.modules, 'cv_bridge', None)
    forget()
    assert theirs == image_message(picture, stamp=STAMP, frame_id='front')
    assert (theirs.encoding, theirs.step, theirs.header.frame_id) == ('rgb8', 24, 'front')


@pytest.mark.usefixtures('alone')
def test_without_cv_bridge_the_encodings_are_our_own() -> None:
    raw = raw_image('rgb16', noise(6, 8, 3))
    with pytest.raises(InputError, match=r"'rgb16' is none of 8UC1, .* bayer_bggr8, .* yuyv; set"):
        raw.picture.size_px()
    assert (
        cv_bridge.bridged_message(np.zeros((2, 2, 3), np.uint8), stamp=STAMP, frame_id='') is None
    )


def test_a_cv_bridge_that_cannot_convert_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Broken(cv_bridge_stub.CvBridge):
        def imgmsg_to_cv2(self, *_: object) -> None:
            raise ImportError('numpy.core.multiarray failed to import')

    package = ModuleType('cv_bridge')
    package.CvBridge = Broken
    monkeypatch.setitem(sys.modules, 'cv_bridge', package)
    forget()
    assert cv_bridge.bridge() is None
    assert image_message(np.zeros((2, 2, 3), np.uint8), stamp=STAMP, frame_id='').height == 2
    forget()
