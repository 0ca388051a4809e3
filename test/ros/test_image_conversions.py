# SPDX-License-Identifier: Apache-2.0
"""Image messages looked at as bytes are what rclpy makes of them; what is none says so."""

import struct
from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip('rclpy', reason='rclpy cannot be imported; ./wpt test brings it')

from builtin_interfaces.msg import Time
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image

from wpt_core.types import InputError
from wpt_ros.conversions.images import (
    RawCompressedImage,
    RawImage,
    compressed_message,
    frame_of,
    image_message,
)

UNTIMED = settings(deadline=None)
STAMP = Time(sec=1_700_000_000, nanosec=123_456_789)
UINT32 = st.integers(0, 2**32 - 1)
TEXT = st.text(st.characters(codec='utf-8'), max_size=20)
SMALL = {'height': 6, 'width': 6, 'padding': 0, 'seed': 1}
CHANNELS = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4, 'mono8': 1, 'mono16': 2, 'yuv422': 2}


def textured(height: int = 12, width: int = 16) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def message_of(encoding: str, *, height: int, width: int, padding: int, seed: int) -> Image:
    step = CHANNELS[encoding] * width + padding
    data = np.random.default_rng(seed).integers(0, 256, height * step, dtype=np.uint8)
    message = Image(height=height, width=width, encoding=encoding, step=step)
    message.data = array('B', data.tobytes())
    return message


IMAGES = st.builds(
    message_of,
    st.sampled_from(sorted(CHANNELS)),
    height=st.integers(1, 9),
    width=st.integers(1, 9).map(lambda half: 2 * half),
    padding=st.integers(0, 9),
    seed=UINT32,
)


def stamped(message: Any, frame_id: str, sec: int, nanosec: int) -> Any:
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = sec, nanosec
    return message


def fields(message: Any, *names: str) -> list[Any]:
    """Of a message, or of a view of one; those of the header are the same in both."""
    header = getattr(message, 'header', message)
    head = [header.stamp.sec, header.stamp.nanosec, header.frame_id]
    return [*head, *(getattr(message, name) for name in names), bytes(message.data)]


IMAGE_FIELDS = ('height', 'width', 'encoding', 'is_bigendian', 'step')


@UNTIMED
@given(IMAGES, TEXT, st.integers(-(2**31), 2**31 - 1), UINT32, st.integers(0, 255))
def test_an_image_looked_at_is_what_rclpy_reads(
    message: Image, frame_id: str, sec: int, nanosec: int, is_bigendian: int
) -> None:
    message.is_bigendian = is_bigendian
    content = serialize_message(stamped(message, frame_id, sec, nanosec))
    expected = deserialize_message(content, Image)
    raw = RawImage.of(content)
    assert fields(raw, *IMAGE_FIELDS) == fields(expected, *IMAGE_FIELDS)
    assert (raw.stamp.sec, raw.stamp.nanosec) == (sec, nanosec)
    assert np.shares_memory(raw.data, np.frombuffer(content, np.uint8))


@UNTIMED
@given(TEXT, TEXT, st.binary(max_size=99), UINT32)
def test_a_compressed_image_looked_at_is_what_rclpy_reads(
    frame_id: str, form: str, data: bytes, nanosec: int
) -> None:
    message = CompressedImage(format=form, data=array('B', data))
    content = serialize_message(stamped(message, frame_id, 5, nanosec))
    expected = deserialize_message(content, CompressedImage)
    raw = RawCompressedImage.of(content)
    assert fields(raw, 'format') == fields(expected, 'format')
    assert bytes(raw.data) == data


@UNTIMED
@given(st.binary(min_size=1, max_size=9).filter(lambda some: 0 not in some))
def test_names_that_are_no_utf8_are_read_as_rclpy_does(name: bytes) -> None:
    message = stamped(Image(), 'x' * len(name), 1, 2)
    content = serialize_message(message).replace(b'x' * len(name), name)
    assert RawImage.of(content).frame_id == deserialize_message(content, Image).header.frame_id


def big_endian(message: Image) -> bytes:
    """Field by field, as another machine would serialise it."""
    content = b''
    for form, value in [
        ('i', message.header.stamp.sec),
        ('I', message.header.stamp.nanosec),
        ('s', message.header.frame_id),
        ('I', message.height),
        ('I', message.width),
        ('s', message.encoding),
        ('B', message.is_bigendian),
        ('I', message.step),
        ('I', len(message.data)),
    ]:
        content += bytes(-len(content) % (1 if form == 'B' else 4))
        if form == 's':
            value = value.encode() + b'\0'
            content += struct.pack('>I', len(value)) + value
        else:
            content += struct.pack('>' + form, value)
    return b'\0\0\0\0' + content + bytes(message.data)


@UNTIMED
@given(IMAGES, TEXT.filter(lambda text: '\0' not in text))
def test_the_other_order_of_bytes_is_read_too(message: Image, frame_id: str) -> None:
    content = big_endian(stamped(message, frame_id, 7, 8))
    found = fields(RawImage.of(content), *IMAGE_FIELDS)
    assert found == fields(message, *IMAGE_FIELDS)


@UNTIMED
@given(content=st.binary(max_size=120), little=st.sampled_from([b'', b'\0\1\0\0', b'\0\0\0\0']))
def test_any_bytes_are_a_message_or_an_input_error(content: bytes, little: bytes) -> None:
    for kind in (RawImage, RawCompressedImage):
        try:
            frame_of('front', kind.of(little + content))
        except InputError:
            continue


@UNTIMED
@given(IMAGES, st.lists(st.tuples(st.floats(0.0, 1.0), st.binary(max_size=5)), max_size=3))
def test_a_damaged_message_is_a_picture_or_an_input_error(
    message: Image, changes: list[tuple[float, bytes]]
) -> None:
    content = serialize_message(stamped(message, 'front_camera', 1, 2))
    for share, put in changes:
        place = int(share * len(content))
        content = content[:place] + put + content[place + len(put) :]
    try:
        raw = RawImage.of(content)
        frame = frame_of('front', raw)
    except InputError:
        return
    assert frame.image.shape == (raw.height, raw.width, 3)


@UNTIMED
@given(IMAGES, st.floats(0.0, 1.0, exclude_max=True))
def test_a_message_that_is_cut_off_is_refused(message: Image, share: float) -> None:
    content = serialize_message(stamped(message, 'front_camera', 1, 2))
    with pytest.raises(InputError, match=r'sensor_msgs/Image of \d+ bytes (ends|begins)'):
        RawImage.of(content[: int(share * len(content))])


def test_a_message_that_is_cut_off_names_the_field() -> None:
    content = serialize_message(stamped(message_of('rgb8', **SMALL), 'front', 1, 2))
    with pytest.raises(InputError, match=r'ends within its data, which needs 108 from byte \d+'):
        RawImage.of(content[:-9])
    with pytest.raises(InputError, match='ends within its frame_id'):
        RawImage.of(content[:14])


@pytest.mark.parametrize('head', [b'', b'\0\1\0', b'\0\3\0\0', b'\0\7\0\0', b'PNG.'])
def test_another_form_of_message_is_refused(head: bytes) -> None:
    content = head + serialize_message(Image())[4:] if len(head) == 4 else head
    with pytest.raises(InputError, match='expected plain CDR'):
        RawImage.of(content)


def test_what_is_sent_arrives() -> None:
    picture = textured()
    message = image_message(picture[:, ::-1], stamp=STAMP, frame_id='front')
    frame = frame_of('front', RawImage.of(serialize_message(message)))
    assert (frame.camera, message.header.frame_id) == ('front', 'front')
    assert frame.stamp_s == pytest.approx(1_700_000_000.123456789, abs=2e-7)
    np.testing.assert_array_equal(frame.image, picture[:, ::-1])


def test_an_rgb_picture_is_not_copied() -> None:
    content = serialize_message(image_message(textured(), stamp=STAMP, frame_id='front'))
    frame = frame_of('front', RawImage.of(content))
    assert np.shares_memory(frame.image, np.frombuffer(content, np.uint8))
    assert not frame.image.flags.writeable


def test_the_order_of_bytes_in_fine_grey_is_that_of_the_message() -> None:
    message = Image(height=1, width=2, encoding='mono16', step=4, is_bigendian=1)
    message.data = array('B', [255, 0, 0, 255])
    frame = frame_of('front', RawImage.of(serialize_message(message)))
    assert frame.image[0, :, 0].tolist() == [254, 1]


def test_what_is_sent_compressed_arrives_nearly() -> None:
    picture = np.broadcast_to(np.array([200, 100, 40], np.uint8), (12, 16, 3))
    message = compressed_message(picture, stamp=STAMP, frame_id='front')
    frame = frame_of('front', RawCompressedImage.of(serialize_message(message)))
    assert message.format == 'jpeg'
    np.testing.assert_allclose(frame.image.astype(int), picture.astype(int), atol=3)


def test_a_picture_that_is_not_usable_names_its_camera() -> None:
    message = message_of('rgb8', **SMALL)
    message.encoding = '32FC1'
    with pytest.raises(InputError, match=r"^camera 'left': its encoding '32FC1' is none of"):
        frame_of('left', RawImage.of(serialize_message(message)))
    cut = compressed_message(textured(), stamp=STAMP, frame_id='left')
    cut.data = cut.data[:-200]
    with pytest.raises(InputError, match=r"^camera 'left': the JPEG of .* is cut off"):
        frame_of('left', RawCompressedImage.of(serialize_message(cut)))


@pytest.mark.parametrize(
    'picture',
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_only_rgb_is_sent(picture: NDArray[Any]) -> None:
    for send in (image_message, compressed_message):
        with pytest.raises(InputError, match=r'must be \(height, width, 3\) uint8'):
            send(picture, stamp=STAMP, frame_id='front')
