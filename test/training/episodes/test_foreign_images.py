# SPDX-License-Identifier: Apache-2.0
"""Recorded images: those that can be used have their colours, and every other has its reason."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.episodes.foreign.images import COMPRESSED, RAW, decode_image, image_fault

SIZE_PX = (16, 12)

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Raw:
    height: int
    width: int
    encoding: str
    step: int
    data: Bytes
    is_bigendian: int = 0


@dataclass(frozen=True)
class Compressed:
    data: Bytes


def textured() -> Bytes:
    return np.random.default_rng(1).integers(0, 256, (SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)


def test_a_raw_picture_is_read_field_by_field() -> None:
    image = textured()
    rows = np.hstack([image[..., ::-1].reshape(12, 48), np.full((12, 3), 77, np.uint8)])
    message = Raw(12, 16, 'bgr8', 51, rows.ravel())
    assert image_fault(message, RAW, SIZE_PX) is None
    np.testing.assert_array_equal(decode_image(message, RAW), image)


def test_the_order_of_bytes_is_that_of_the_message() -> None:
    message = Raw(3, 1, 'mono16', 2, np.array([255, 255, 0, 255, 0, 0], np.uint8), is_bigendian=1)
    found = decode_image(message, RAW)
    assert found is not None
    assert found[:, 0, 0].tolist() == [255, 1, 0]


def test_a_compressed_picture_is_decoded() -> None:
    message = Compressed(cv2.imencode('.png', textured()[..., ::-1])[1].ravel())
    assert image_fault(message, COMPRESSED, SIZE_PX) is None
    np.testing.assert_array_equal(decode_image(message, COMPRESSED), textured())


@pytest.mark.parametrize('suffix', ['.jpg', '.png'])
@pytest.mark.parametrize('share', [0.95, 0.5])
def test_a_compressed_picture_that_is_cut_off_is_a_fault(suffix: str, share: float) -> None:
    data = cv2.imencode(suffix, textured())[1].ravel()
    message = Compressed(data[: int(share * len(data))])
    assert 'is cut off' in str(image_fault(message, COMPRESSED, SIZE_PX))


def test_damage_in_the_middle_shows_when_decoded() -> None:
    data = cv2.imencode('.png', textured())[1].ravel().copy()
    data[40:-40] = 0
    message = Compressed(data)
    assert image_fault(message, COMPRESSED, SIZE_PX) is None
    assert decode_image(message, COMPRESSED) is None


def test_an_encoding_that_is_not_known_is_a_fault() -> None:
    message = Raw(12, 16, '16UC1', 32, np.zeros(384, np.uint8))
    assert '16UC1' in str(image_fault(message, RAW, SIZE_PX))


def test_a_picture_of_another_size_than_calibrated_is_a_fault() -> None:
    compressed = Compressed(cv2.imencode('.jpg', textured())[1].ravel())
    assert '16 x 12 pixels' in str(image_fault(compressed, COMPRESSED, (12, 16)))
    raw = Raw(24, 32, 'mono8', 32, np.zeros(768, np.uint8))
    assert '32 x 24 pixels' in str(image_fault(raw, RAW, SIZE_PX))
