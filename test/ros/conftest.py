# SPDX-License-Identifier: Apache-2.0
"""Real ROS for the tests of this folder: a domain of their own, and none skipped unnoticed."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = ('rclpy', 'wpt_msgs')
LOWEST_DOMAIN, DOMAINS = 20, 80


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
def domain(monkeypatch: pytest.MonkeyPatch) -> int:
    """A ROS domain that other ROS programs and other runs on this machine do not use."""
    number = LOWEST_DOMAIN + os.getpid() % DOMAINS
    monkeypatch.setenv('ROS_DOMAIN_ID', str(number))
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    return number
