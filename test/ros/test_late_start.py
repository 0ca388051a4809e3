# SPDX-License-Identifier: Apache-2.0
"""Nodes come up in any order: who is late is waited for, and then the car drives."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from node_harness import Probe, running
from own_domain import quiet_domain

from wpt_ros import topics
from wpt_ros.graph import CommonParameters
from wpt_ros.proving_ground import ScenarioChoice, on_proving_ground

pytestmark = pytest.mark.slow

PLACE = 'late_start'


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


@pytest.mark.parametrize('late', ['controller', 'gate', 'planner', 'world'])
def test_the_car_drives_whoever_is_there_last(tmp_path: Path, front_rig: Path, late: str) -> None:
    common = CommonParameters(rig=str(front_rig))
    nodes = {node.name: node for node in on_proving_ground(common, ScenarioChoice())}
    with ExitStack() as house:
        probe = house.enter_context(Probe(PLACE))
        progress = probe.collect(topics.PROGRESS)
        plans = probe.collect(topics.PLAN)

        def start(name: str) -> None:
            given = dict(nodes[name].parameters)
            house.enter_context(running(name, tmp_path / name, namespace=PLACE, **given))

        for name in ('world', 'planner', 'controller', 'gate'):
            if name != late:
                start(name)
        if late in ('controller', 'gate'):
            # The first pictures have been planned on, and nobody was there to hear of it.
            probe.until(lambda: plans, 'a plan')
        probe.spin(1.0)
        assert all(message.time_s == 0.0 for message in progress)
        start(late)
        probe.until(lambda: progress and progress[-1].time_s > 0.5, 'a drive')
        assert progress[-1].steered
