# SPDX-License-Identifier: Apache-2.0
"""Messages and camera images get from one process to another over real DDS."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TALKER = Path(__file__).with_name('talker.py')
PATIENCE_S = 30.0
FRAMES = 60


@contextmanager
def talker(kind: str, rate_hz: float) -> Iterator[None]:
    """The other process, for as long as the block lasts."""
    process = subprocess.Popen([sys.executable, TALKER, kind, str(rate_hz)], env=dict(os.environ))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def listen(kind: str, *, count: int) -> list[Any]:
    """The first messages that arrive; fewer if patience ends."""
    import rclpy
    import talker as words
    from rclpy.context import Context
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.qos import qos_profile_sensor_data

    context = Context()
    rclpy.init(context=context)
    node = rclpy.create_node('listener', context=context)
    heard: list[Any] = []
    node.create_subscription(words.MAKERS[kind][0], kind, heard.append, qos_profile_sensor_data)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    end_s = time.monotonic() + PATIENCE_S
    while len(heard) < count and time.monotonic() < end_s:
        executor.spin_once(timeout_sec=0.1)
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)
    return heard


@pytest.mark.usefixtures('domain')
def test_a_plan_arrives_as_it_was_sent() -> None:
    import talker as words

    with talker('plan', rate_hz=20.0):
        heard = listen('plan', count=3)
    assert len(heard) == 3
    expected = words.plan()
    expected.header.stamp.nanosec = heard[0].header.stamp.nanosec
    assert heard[0] == expected
    assert heard[0].hypotheses[4].positions_m[65] == 40.0 + 65 / 8


@pytest.mark.usefixtures('domain')
def test_large_images_arrive_whole_with_our_profile(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'):
        monkeypatch.setenv(name, str(root / 'config' / 'fastdds.xml'))
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_fastrtps_cpp')
    import talker as words

    with talker('image', rate_hz=20.0):
        heard = listen('image', count=FRAMES)
    assert len(heard) == FRAMES
    numbers = [image.header.stamp.nanosec for image in heard]
    lost = numbers[-1] - numbers[0] + 1 - FRAMES
    assert lost <= FRAMES // 20, f'{lost} images were lost while {FRAMES} arrived'
    assert (heard[-1].width, heard[-1].height) == (1280, 720)
    assert bytes(heard[-1].data) == words.FRAME
