# SPDX-License-Identifier: Apache-2.0
"""Real ROS for the tests of this folder: a domain of their own, and none skipped unnoticed."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from own_domain import quiet_domain

from wpt_core.sensing import surround_rig
from wpt_core.types import Rig
from wpt_ros.replays.run import rig_text

NEEDED = ('rclpy', 'wpt_msgs')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.ros)


@pytest.fixture(autouse=True)
def ros() -> None:
    """Skip where ROS is not there; fail instead where the caller said that it must be."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent and os.environ.get('WPT_REQUIRE_ROS'):
        pytest.fail(f'{absent[0]} cannot be imported, and ./wpt test must not leave ROS out')
    if absent:
        pytest.skip(f'{absent[0]} cannot be imported; ./wpt test brings it')


@pytest.fixture
def front_rig(tmp_path: Path) -> Path:
    """A rig file with the front camera alone; drives with it take a third of the time."""
    file = tmp_path / 'front_rig.yaml'
    file.write_text(rig_text(Rig(surround_rig().cameras[:1])))
    return file


@pytest.fixture
def domain() -> Iterator[int]:
    """A ROS domain that other ROS programs and other runs on this machine do not use."""
    with quiet_domain() as number:
        yield number
