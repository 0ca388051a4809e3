# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wpt_core.bags import BagWriter, TopicQos

ROOT = Path(__file__).resolve().parents[1]
START_NS = 1_700_000_000_000_000_000
STEP_NS = 50_000_000
TRACE = 'demo_msgs/msg/Trace'


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        '--renew-references', action='store_true', help='store the results of test/replay anew'
    )


@pytest.fixture(scope='session')
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope='session')
def recordings() -> Path:
    """Real recordings made by others; they lie beside the repository and are not part of it."""
    folder = ROOT.parent / 'shared' / 'data'
    if not folder.is_dir():
        pytest.skip(f'no recordings at {folder}')
    return folder


@pytest.fixture(scope='session')
def definitions() -> dict[str, str]:
    """Two messages that no distribution has; one is made of the other."""
    return {
        'demo_msgs/msg/Point': '# in metres\nfloat32 x_m\nfloat32 y_m\n',
        TRACE: (
            'std_msgs/Header header\n'
            'uint8 KIND_PLAN=3\n'
            'Point[] points\n'
            'float64[3] spread_m\n'
            'string note\n'
        ),
    }


@pytest.fixture(scope='session')
def storage_file() -> Callable[[Path], Path]:
    """Finds the one storage file of a bag."""

    def find(bag: Path) -> Path:
        (file,) = (file for file in bag.iterdir() if file.name != 'metadata.yaml')
        return file

    return find


@pytest.fixture
def build(tmp_path: Path, definitions: dict[str, str]) -> Callable[..., Path]:
    """Writes a bag of `count` images, traces and numbers each, 20 a second."""

    def make(
        name: str = 'drive', storage: Any = 'mcap', *, compression: Any = 'none', count: int = 12
    ) -> Path:
        path = tmp_path / name
        with BagWriter(path, storage, compression=compression, definitions=definitions) as bag:
            images = bag.add_topic(
                '/front/image', 'sensor_msgs/msg/Image', qos=TopicQos('best_effort', depth=5)
            )
            traces = bag.add_topic('/plan', TRACE)
            numbers = bag.add_topic('/count', 'std_msgs/msg/UInt32')
            for number in range(count):
                stamp_ns = START_NS + number * STEP_NS
                images.write(stamp_ns, _image(bag, stamp_ns, number))
                traces.write(stamp_ns + 1, _trace(bag, stamp_ns, number))
                numbers.write(stamp_ns + 2, bag.message_type('std_msgs/msg/UInt32')(data=number))
        return path

    return make


def _header(bag: BagWriter, stamp_ns: int, frame: str) -> Any:
    time = bag.message_type('builtin_interfaces/msg/Time')
    stamp = time(sec=stamp_ns // 10**9, nanosec=stamp_ns % 10**9)
    return bag.message_type('std_msgs/msg/Header')(stamp=stamp, frame_id=frame)


def _image(bag: BagWriter, stamp_ns: int, number: int) -> Any:
    pixels = np.random.default_rng(number).integers(0, 256, 6 * 8 * 3, dtype=np.uint8)
    return bag.message_type('sensor_msgs/msg/Image')(
        header=_header(bag, stamp_ns, 'front'),
        height=6,
        width=8,
        encoding='rgb8',
        is_bigendian=0,
        step=24,
        data=pixels,
    )


def _trace(bag: BagWriter, stamp_ns: int, number: int) -> Any:
    point = bag.message_type('demo_msgs/msg/Point')
    return bag.message_type(TRACE)(
        header=_header(bag, stamp_ns, 'base_link'),
        points=[point(x_m=float(i), y_m=0.5 * i) for i in range(number % 4)],
        spread_m=np.array([number, 0.25, -1.0]),
        note=f'trace {number}',
    )
