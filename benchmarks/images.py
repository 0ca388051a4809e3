# SPDX-License-Identifier: Apache-2.0
"""What does it cost to get from the bytes of an image message to RGB pixels?

Ours looks at the bytes of a raw subscription; a plain node lets rclpy make a message of them,
views its data and converts or copies it, as cv_bridge does. Times are of the processor, in all
threads: a busy machine lengthens those far less than times on the wall. All cases take turns, on
pictures that change: run one after the other, the first pays for memory that the next ones reuse,
which alone is a factor of two. Bytes are what Python, NumPy and OpenCV take for each pixel; what
rclpy's own C code copies in between is not seen and comes on top.
"""

import argparse
import os
import time
import tracemalloc
from array import array
from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image

from benchmarks.rates import spread
from benchmarks.words import count, processor
from wpt_ros.conversions.images import RawImage, frame_of

__all__ = ['main']

WIDTH_PX, HEIGHT_PX = 1280, 720
CAMERAS = 6
WARM_UP = 5
Convert = Callable[[bytes], NDArray[np.uint8]]


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.images', description=__doc__)
    parser.add_argument('--repetitions', type=count, default=60, help='of each case (60)')
    arguments = parser.parse_args(words)
    print(f'{processor()}, {os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}')
    print(f'{WIDTH_PX} x {HEIGHT_PX} pixels; processor ms, median (least to most) of', end=' ')
    print(f'{arguments.repetitions}; bytes taken a pixel')
    pictures = {
        encoding: [_content(encoding, camera) for camera in range(CAMERAS)]
        for encoding in ('rgb8', 'bgr8')
    }
    for contents in pictures.values():
        _compare(contents)
    print(f'{"":10}{"ours ms":>26}{"plain ms":>26}{"times":>8}{"ours B":>9}{"plain B":>9}')
    for (encoding, number), (ours, plain) in _take_turns(pictures, arguments.repetitions).items():
        ours_ms, plain_ms = spread(ours), spread(plain)
        print(
            f'{number} x {encoding:6}{ours_ms!s:>26}{plain_ms!s:>26}'
            f'{plain_ms.median / ours_ms.median:>8.1f}'
            f'{_bytes_a_pixel(_ours, pictures[encoding]):>9.2f}'
            f'{_bytes_a_pixel(_plain, pictures[encoding]):>9.2f}'
        )


def _content(encoding: str, seed: int) -> bytes:
    """A serialised message of noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, 3 * WIDTH_PX * HEIGHT_PX, np.uint8)
    message = Image(height=HEIGHT_PX, width=WIDTH_PX, encoding=encoding, step=3 * WIDTH_PX)
    message.data = array('B', pixels.tobytes())
    message.header.frame_id = 'camera'
    return bytes(serialize_message(message))


def _ours(content: bytes) -> NDArray[np.uint8]:
    return frame_of('camera', RawImage.of(content)).image


def _plain(content: bytes) -> NDArray[np.uint8]:
    message = deserialize_message(content, Image)
    pixels = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, 3)
    if message.encoding == 'rgb8':
        return pixels.copy()
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def _compare(contents: Sequence[bytes]) -> None:
    for content in contents:
        if not np.array_equal(_ours(content), _plain(content)):
            raise SystemExit('the two ways do not show the same picture: nothing to compare')


def _take_turns(
    pictures: Mapping[str, Sequence[bytes]], repetitions: int
) -> dict[tuple[str, int], tuple[list[float], list[float]]]:
    """Times of ours and of the plain way, by encoding and number of pictures."""
    found: dict[tuple[str, int], tuple[list[float], list[float]]] = {
        (encoding, number): ([], []) for encoding in pictures for number in (1, CAMERAS)
    }
    for repetition in range(repetitions + WARM_UP):
        for (encoding, number), columns in found.items():
            first = repetition % CAMERAS if number == 1 else 0
            contents = pictures[encoding][first : first + number]
            for convert, column in zip((_ours, _plain), columns, strict=True):
                taken_ms = _taken_ms(convert, contents)
                if repetition >= WARM_UP:
                    column.append(taken_ms)
    return found


def _taken_ms(convert: Convert, contents: Sequence[bytes]) -> float:
    begin_s = time.process_time()
    pictures = [convert(content) for content in contents]
    taken_ms = 1e3 * (time.process_time() - begin_s)
    del pictures
    return taken_ms


def _bytes_a_pixel(convert: Convert, contents: Sequence[bytes]) -> float:
    """Most memory taken at a time for one picture, by pixel, the mean over the pictures."""
    taken = 0
    for content in contents:
        tracemalloc.start()
        picture = convert(content)
        taken += tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        del picture
    return taken / (len(contents) * WIDTH_PX * HEIGHT_PX)


if __name__ == '__main__':
    main()
