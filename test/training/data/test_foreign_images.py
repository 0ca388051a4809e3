# SPDX-License-Identifier: Apache-2.0
"""Picture messages: every encoding gives the same colours, and every fault its reason."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.foreign.images import COMPRESSED, RAW, picture_fault, picture_of

SIZE_PX = (16, 12)
COLOUR = np.array([200, 100, 40], np.uint8)

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Raw:
    height: int
    width: int
    encoding: str
    step: int
    data: Bytes


@dataclass(frozen=True)
class Compressed:
    data: Bytes


def raw(encoding: str, rows: Bytes, *, padding: int = 3) -> Raw:
    """`rows` (H, bytes), with rubbish at the end of each row as some drivers leave it."""
    rubbish = np.full((len(rows), padding), 77, np.uint8)
    data = np.hstack([rows, rubbish])
    return Raw(SIZE_PX[1], SIZE_PX[0], encoding, data.shape[1], data.ravel())


def flat() -> Bytes:
    """One colour, (H, W, 3) RGB."""
    return np.broadcast_to(COLOUR, (SIZE_PX[1], SIZE_PX[0], 3)).copy()


def textured() -> Bytes:
    return np.random.default_rng(1).integers(0, 256, (SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ('encoding', 'order'),
    [
        ('rgb8', [0, 1, 2]),
        ('bgr8', [2, 1, 0]),
        ('rgba8', [0, 1, 2, 0]),
        ('bgra8', [2, 1, 0, 0]),
    ],
)
def test_colours_come_in_any_order(encoding: str, order: list[int]) -> None:
    picture = textured()
    message = raw(encoding, picture[..., order].reshape(SIZE_PX[1], -1))
    assert picture_fault(message, RAW, SIZE_PX) is None
    np.testing.assert_array_equal(picture_of(message, RAW), picture)


def test_grey_is_spread_over_the_colours() -> None:
    grey = textured()[..., 0]
    found = picture_of(raw('mono8', grey), RAW)
    np.testing.assert_array_equal(found, np.repeat(grey[..., None], 3, axis=2))


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
    rows = np.tile(pair, (SIZE_PX[1], SIZE_PX[0] // 2))
    found = picture_of(raw(encoding, rows, padding=4), RAW)
    assert found is not None
    np.testing.assert_allclose(found.astype(int), flat().astype(int), atol=3)


@pytest.mark.parametrize('pattern', ['rggb', 'bggr', 'gbrg', 'grbg'])
def test_a_mosaic_has_its_colour(pattern: str) -> None:
    values = [int(COLOUR['rgb'.index(letter)]) for letter in pattern]
    tile = np.array(values, np.uint8).reshape(2, 2)
    rows = np.tile(tile, (SIZE_PX[1] // 2, SIZE_PX[0] // 2))
    np.testing.assert_array_equal(picture_of(raw(f'bayer_{pattern}8', rows), RAW), flat())


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
def test_compressed_pictures_are_measured_and_decoded(suffix: str) -> None:
    message = Compressed(cv2.imencode(suffix, flat()[..., ::-1])[1].ravel())
    assert picture_fault(message, COMPRESSED, SIZE_PX) is None
    found = picture_of(message, COMPRESSED)
    assert found is not None
    np.testing.assert_allclose(found.astype(int), flat().astype(int), atol=3)


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
@pytest.mark.parametrize('share', [0.95, 0.5])
def test_a_compressed_picture_that_is_cut_off_is_a_fault(suffix: str, share: float) -> None:
    data = cv2.imencode(suffix, textured())[1].ravel()
    message = Compressed(data[: int(share * len(data))])
    assert 'is cut off' in str(picture_fault(message, COMPRESSED, SIZE_PX))


def test_padding_after_a_picture_is_no_fault() -> None:
    data = cv2.imencode('.jpg', textured())[1].ravel()
    message = Compressed(np.append(data, np.zeros(9, np.uint8)))
    assert picture_fault(message, COMPRESSED, SIZE_PX) is None


def test_damage_in_the_middle_shows_when_decoded() -> None:
    data = cv2.imencode('.png', textured())[1].ravel().copy()
    data[40:-40] = 0
    message = Compressed(data)
    assert picture_fault(message, COMPRESSED, SIZE_PX) is None
    assert picture_of(message, COMPRESSED) is None


@pytest.mark.parametrize(
    ('message', 'words'),
    [
        (raw('16UC1', np.zeros((12, 32), np.uint8)), '16UC1'),
        (raw('rgb8', np.zeros((12, 40), np.uint8)), 'a row of 43 bytes cannot hold 16 pixels'),
        (Raw(12, 16, 'mono8', 16, np.zeros(100, np.uint8)), 'holds 100 bytes where 192'),
        (Raw(24, 32, 'mono8', 32, np.zeros(768, np.uint8)), '32 x 24 pixels'),
    ],
)
def test_a_raw_picture_that_does_not_fit_is_a_fault(message: Raw, words: str) -> None:
    assert words in str(picture_fault(message, RAW, SIZE_PX))


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', 'neither JPEG nor PNG'),
        (b'GIF89a and so on', 'neither JPEG nor PNG'),
        (b'\xff\xd8\xff\xd9', 'no header'),
        (b'\xff\xd8' + b'\xff\xe0\x00\x00' * 9 + b'\xff\xd9', 'no header'),
    ],
)
def test_bytes_that_are_no_picture_are_a_fault(data: bytes, words: str) -> None:
    message = Compressed(np.frombuffer(data, np.uint8))
    assert words in str(picture_fault(message, COMPRESSED, SIZE_PX))


def test_a_compressed_picture_of_another_size_is_a_fault() -> None:
    message = Compressed(cv2.imencode('.jpg', textured())[1].ravel())
    assert '16 x 12 pixels' in str(picture_fault(message, COMPRESSED, (12, 16)))
