# SPDX-License-Identifier: Apache-2.0
"""Images of every encoding have the same colours; defects raise InputError."""

import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wpt_core.sensing import CompressedImageData, RawImageData, encode_jpeg
from wpt_core.sensing.image_headers import MAX_PIXELS
from wpt_core.types import InputError

WIDTH_PX, HEIGHT_PX = 16, 12
COLOUR = np.array([200, 100, 40], np.uint8)
MOSAICS = ['bayer_rggb8', 'bayer_bggr8', 'bayer_gbrg8', 'bayer_grbg8']
YUV = ['yuv422', 'uyvy', 'yuv422_yuy2', 'yuyv']
ENCODINGS = ['rgb8', 'bgr8', 'rgba8', 'bgra8', 'mono8', 'mono16', '8UC1', '8UC3', *YUV, *MOSAICS]

UNTIMED = settings(deadline=None)

Bytes = NDArray[np.uint8]


def raw(encoding: str, rows: NDArray[Any], *, padding: int = 3, **more: Any) -> RawImageData:
    """`rows` (H, values), with rubbish at the end of each row as some drivers leave it."""
    content = np.ascontiguousarray(rows).view(np.uint8)
    data = np.hstack([content, np.full((len(rows), padding), 77, np.uint8)])
    return RawImageData(WIDTH_PX, HEIGHT_PX, encoding, data.shape[1], data.ravel(), **more)


def octets(content: bytes) -> CompressedImageData:
    return CompressedImageData(np.frombuffer(content, np.uint8))


def flat() -> Bytes:
    """One colour, (H, W, 3) RGB."""
    return np.broadcast_to(COLOUR, (HEIGHT_PX, WIDTH_PX, 3)).copy()


def textured() -> Bytes:
    return np.random.default_rng(1).integers(0, 256, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)


def png(image: Bytes) -> bytes:
    return cv2.imencode('.png', image[..., ::-1])[1].tobytes()


def announced(width_px: int, height_px: int) -> bytes:
    """A small, complete PNG with a valid checksum that announces another size."""
    content = png(textured())
    header = b'IHDR' + struct.pack('>II', width_px, height_px) + content[24:29]
    return content[:12] + header + struct.pack('>I', zlib.crc32(header)) + content[33:]


@pytest.mark.parametrize('padding', [0, 3, 5])
@pytest.mark.parametrize(
    ('encoding', 'order'),
    [
        ('rgb8', [0, 1, 2]),
        ('bgr8', [2, 1, 0]),
        ('8UC3', [2, 1, 0]),
        ('rgba8', [0, 1, 2, 0]),
        ('bgra8', [2, 1, 0, 0]),
    ],
)
def test_colours_come_in_any_order(encoding: str, order: list[int], padding: int) -> None:
    image = textured()
    found = raw(encoding, image[..., order].reshape(HEIGHT_PX, -1), padding=padding)
    assert found.size_px() == (WIDTH_PX, HEIGHT_PX)
    np.testing.assert_array_equal(found.rgb(), image)


@pytest.mark.parametrize('padding', [0, 7])
def test_rgb_is_looked_at_and_not_copied(padding: int) -> None:
    image = raw('rgb8', textured().reshape(HEIGHT_PX, -1), padding=padding)
    assert np.shares_memory(image.rgb(), image.data)


@pytest.mark.parametrize('encoding', ['mono8', '8UC1'])
def test_grey_is_spread_over_the_colours(encoding: str) -> None:
    grey = textured()[..., 0]
    expected = np.repeat(grey[..., None], 3, axis=2)
    np.testing.assert_array_equal(raw(encoding, grey).rgb(), expected)


@pytest.mark.parametrize('padding', [0, 2, 3])
@pytest.mark.parametrize('big_endian', [False, True])
def test_fine_grey_keeps_its_full_range(padding: int, big_endian: bool) -> None:
    """65535 is white; between, 257 fine steps are a coarse one, and halves do not occur."""
    fine = np.random.default_rng(2).integers(0, 2**16, (HEIGHT_PX, WIDTH_PX))
    fine[0, :3] = 0, 65535, 257 * 100 + 128
    rows = fine.astype('>u2' if big_endian else '<u2')
    found = raw('mono16', rows, padding=padding, big_endian=big_endian).rgb()
    np.testing.assert_array_equal(found, np.repeat(np.rint(fine / 257)[..., None], 3, axis=2))
    assert found[0, :3, 0].tolist() == [0, 255, 100]


@pytest.mark.parametrize(
    ('encoding', 'places'),
    [('yuv422', (1, 0, 2)), ('uyvy', (1, 0, 2)), ('yuv422_yuy2', (0, 1, 3)), ('yuyv', (0, 1, 3))],
)
def test_yuv_has_its_colour(encoding: str, places: tuple[int, int, int]) -> None:
    """BT.601, as OpenCV and the standard drivers have it."""
    red, green, blue = COLOUR.astype(float)
    luma = 16 + 0.257 * red + 0.504 * green + 0.098 * blue
    u = 128 - 0.148 * red - 0.291 * green + 0.439 * blue
    v = 128 + 0.439 * red - 0.368 * green - 0.071 * blue
    pair = np.zeros(4, np.uint8)
    first_luma, place_u, place_v = places
    pair[[first_luma, first_luma + 2]] = round(luma)
    pair[[place_u, place_v]] = round(u), round(v)
    rows = np.tile(pair, (HEIGHT_PX, WIDTH_PX // 2))
    found = raw(encoding, rows, padding=5).rgb()
    np.testing.assert_allclose(found.astype(int), flat().astype(int), atol=3)


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_a_mosaic_has_its_colour(pattern: str) -> None:
    values = [int(COLOUR['rgb'.index(letter)]) for letter in pattern]
    tile = np.array(values, np.uint8).reshape(2, 2)
    rows = np.tile(tile, (HEIGHT_PX // 2, WIDTH_PX // 2))
    np.testing.assert_array_equal(raw(f'bayer_{pattern}8', rows).rgb(), flat())


def test_compressed_images_are_measured_and_decoded() -> None:
    for content in (png(flat()), encode_jpeg(flat(), 95).tobytes()):
        image = octets(content)
        assert image.size_px() == (WIDTH_PX, HEIGHT_PX)
        np.testing.assert_allclose(image.rgb().astype(int), flat().astype(int), atol=3)


def test_the_quality_of_a_jpeg_counts() -> None:
    assert len(encode_jpeg(textured(), 30)) < len(encode_jpeg(textured(), 95))


def test_padding_after_an_image_is_no_fault() -> None:
    padded = octets(encode_jpeg(flat(), 95).tobytes() + bytes(9))
    np.testing.assert_allclose(padded.rgb().astype(int), flat().astype(int), atol=3)


@UNTIMED
@given(share=st.floats(0.0, 0.99), jpeg=st.booleans())
def test_an_image_that_is_cut_off_is_refused(share: float, jpeg: bool) -> None:
    content = encode_jpeg(textured(), 90).tobytes() if jpeg else png(textured())
    with pytest.raises(InputError, match=r'is cut off|neither JPEG nor PNG'):
        octets(content[: int(share * len(content))]).rgb()


def test_damage_in_the_middle_shows_when_decoded() -> None:
    content = bytearray(png(textured()))
    content[40:-40] = bytes(len(content) - 80)
    assert octets(bytes(content)).size_px() == (WIDTH_PX, HEIGHT_PX)
    with pytest.raises(InputError, match='damaged'):
        octets(bytes(content)).rgb()


def pixels(encoding: str, width_px: int, height_px: int, step: int, count: int) -> RawImageData:
    return RawImageData(width_px, height_px, encoding, step, np.zeros(count, np.uint8))


@pytest.mark.parametrize(
    ('image', 'words'),
    [
        (pixels('16UC1', 16, 12, 32, 384), "'16UC1' is none of .*bgr8"),
        (pixels('rgb8' * 99, 16, 12, 48, 576), 'is none of'),
        (pixels('rgb8', 16, 12, 47, 576), 'a row of 47 bytes cannot hold 16 pixels of rgb8'),
        (pixels('mono16', 16, 12, 31, 384), 'a row of 31 bytes cannot hold 16 pixels'),
        (pixels('yuv422', 15, 12, 30, 384), 'a row of 30 bytes cannot hold 15 pixels'),
        (pixels('mono8', 16, 12, 16, 191), 'holds 191 bytes where 192'),
        (pixels('mono8', 16, 12, 16, 0), 'holds 0 bytes where 192'),
        (pixels('mono8', 0, 12, 16, 192), '0 x 12 pixels'),
        (pixels('mono8', 16, 0, 16, 0), '16 x 0 pixels'),
        (pixels('bayer_rggb8', 2, 12, 2, 24), 'too few'),
        (pixels('mono8', 2**32 - 1, 2**32 - 1, 2**32 - 1, 9), '4294967295 x 4294967295 pixels'),
    ],
)
def test_a_raw_image_that_does_not_fit_is_refused(image: RawImageData, words: str) -> None:
    for look in (image.size_px, image.rgb):
        with pytest.raises(InputError, match=words):
            look()


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'', 'its 0 bytes are neither JPEG nor PNG'),
        (b'GIF89a and so on', 'neither JPEG nor PNG'),
        (b'\xff\xd8\xff\xd9', 'no header'),
        (b'\xff\xd8' + b'\xff\xe0\x00\x00' * 9 + b'\xff\xd9', 'no header'),
        (b'\x89PNG\r\n\x1a\n' + bytes(4) + b'IEND' + bytes(4), 'no header'),
        (png(textured())[:33] + b'\x7f\xff\xff\xf0IDAT' + bytes(99), 'cut'),
        (announced(0, 12), '0 x 12 pixels'),
        (announced(2**31 - 1, 2**31 - 1), 'at most 67108864'),
        (announced(MAX_PIXELS // 2 + 1, 2), 'at most 67108864'),
        (announced(16, 13), 'damaged'),
    ],
)
def test_bytes_that_are_no_image_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        octets(content).rgb()


@UNTIMED
@given(
    encoding=st.sampled_from(ENCODINGS),
    width_px=st.integers(0, 9),
    height_px=st.integers(0, 9),
    step_bytes=st.integers(0, 40),
    content=st.binary(max_size=200),
)
def test_any_bytes_are_an_image_or_an_input_error(
    encoding: str, width_px: int, height_px: int, step_bytes: int, content: bytes
) -> None:
    data = np.frombuffer(content, np.uint8)
    try:
        found = RawImageData(width_px, height_px, encoding, step_bytes, data).rgb()
    except InputError:
        return
    assert found.shape == (height_px, width_px, 3)
    assert found.dtype == np.uint8


@UNTIMED
@given(
    jpeg=st.booleans(),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=9)), max_size=4),
)
def test_a_damaged_file_is_an_image_or_an_input_error(
    jpeg: bool, changes: list[tuple[float, bytes]]
) -> None:
    content = encode_jpeg(textured(), 90).tobytes() if jpeg else png(textured())
    for share, put in changes:
        place = int(share * len(content))
        content = content[:place] + put + content[place + len(put) :]
    image = octets(content)
    try:
        found = image.rgb()
    except InputError:
        return
    assert found.shape[::-1][1:] == image.size_px()
