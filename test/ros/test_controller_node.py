# SPDX-License-Identifier: Apache-2.0
"""The controller over real DDS: a plan that no planner makes is refused, the last one holds."""

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from node_harness import Probe, running
from own_domain import quiet_domain

from wpt_core.types import Action, EgoState, Pose2
from wpt_ros import topics
from wpt_ros.conversions.motion import odometry_message
from wpt_ros.conversions.plans import plan_message
from wpt_ros.conversions.stamps import stamp_of

POINTS = 200_000


@pytest.fixture(autouse=True, scope='module')
def domain() -> Iterator[None]:
    with quiet_domain():
        yield


def sound(now_s: float) -> Any:
    plan = circles(0.01, stamp_s=now_s)
    return plan_message(plan, Action(0.01, 0.0), delay_s=0.3, stamp=stamp_of(now_s))


def oversized(now_s: float) -> Any:
    message = sound(now_s)
    message.times_s = array('f', range(POINTS))
    for name in ('speeds_mps', 'accelerations_mps2', 'yaws_rad', 'yaw_rates_radps'):
        setattr(message.hypotheses[0], name, array('f', bytes(4 * POINTS)))
    for name in ('positions_m', 'position_scales_m'):
        setattr(message.hypotheses[0], name, array('f', bytes(8 * POINTS)))
    return message


def improbable(now_s: float) -> Any:
    message = sound(now_s)
    message.hypotheses[0].probability = -5.0
    return message


@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (oversized, 'bytes, expected at most 1048576; it is ignored'),
        (improbable, 'probabilities of a plan must be between 0 and 1, got -5'),
        (lambda now_s: sound(now_s + 3600.0), 'ahead of the clock here'),
    ],
    ids=['oversized', 'improbable', 'future'],
)
def test_a_plan_that_none_makes_is_told_and_commands_go_on(
    tmp_path: Path, make: Callable[[float], Any], words: str
) -> None:
    with Probe('bent') as probe, running('controller', tmp_path / 'log', namespace='bent') as node:
        plans, odometry = probe.advertise(topics.PLAN), probe.advertise(topics.ODOMETRY)
        commands, diagnosis = probe.collect(topics.WANTED), probe.diagnosis('controller')
        made = [sound]

        def step() -> None:
            now_s = probe.node.get_clock().now().nanoseconds * 1e-9
            plans.publish(made[0](now_s))
            ego = EgoState(now_s, Pose2(0.0, 0.0, 0.0), 10.0, 0.0, 0.1, 0.01)
            odometry.publish(odometry_message(ego))

        probe.steps.append(step)
        probe.until(lambda: commands, 'a command')
        made[0] = make
        probe.until(
            lambda: diagnosis() is not None and words in diagnosis().message,
            words,
            otherwise=lambda: f'{diagnosis()}\n{node.log_text}',
        )
        last = commands[-1].plan_stamp
        count = len(commands)
        probe.until(lambda: len(commands) > count + 20, 'commands that go on')
        assert commands[-1].plan_stamp == last
        assert node.tracebacks == 0, node.log_text
