# SPDX-License-Identifier: Apache-2.0
"""Is the ROS domain ours alone? A second graph on the same topics would steer with ours."""

import os
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.lifecycle.quality import profile, type_of
from wpt_ros.network import MOST_DOMAIN, domain_problem

__all__ = ['check_alone']

_OURS = (topics.COMMAND, topics.WANTED, topics.PLAN, topics.ODOMETRY, topics.CLOCK)
_UNNAMED, _SOMEBODY = '_NODE_NAME_UNKNOWN_', 'somebody'
_LOOK_S = 1.5
"""Until others on this machine have been discovered."""
_FORGET_S = 25.0
"""A process that was killed is listed until its lease ends, 20 s unless a profile says less."""


def check_alone(say: Callable[[str], None], *, forget_s: float = _FORGET_S) -> None:
    """InputError for a ROS_DOMAIN_ID that ROS cannot use, or that another graph uses already.

    Publishers that send nothing may be those of a killed process: they are waited out.
    """
    if problem := domain_problem(os.environ):
        raise InputError(problem)
    context = Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('desk', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    try:
        _look_around(node, executor, say, forget_s=forget_s)
    finally:
        executor.shutdown(timeout_sec=0.5)
        node.destroy_node()
        rclpy.shutdown(context=context)


def _look_around(
    node: Node, executor: SingleThreadedExecutor, say: Callable[[str], None], *, forget_s: float
) -> None:
    heard: list[str] = []
    for topic in _OURS:
        keep = partial(_keep, heard, topic.name)
        node.create_subscription(
            type_of(topic.type_name), topic.name, keep, profile(topic.quality)
        )
    begun_s, told = monotonic(), False
    while True:
        executor.spin_once(timeout_sec=0.05)
        waited_s, there = monotonic() - begun_s, _publishers(node)
        named = heard and there.get(heard[0], _SOMEBODY) != _SOMEBODY
        if waited_s < _LOOK_S and not named:
            continue
        if heard or (there and waited_s >= forget_s):
            raise InputError(_taken(heard[0] if heard else next(iter(there)), there))
        if not there:
            return
        if not told:
            told = True
            say('waiting for a previous drive to be forgotten')


def _keep(heard: list[str], name: str, _message: Any) -> None:
    heard.append(name)


def _publishers(node: Node) -> dict[str, str]:
    """Full names of who publishes, by topic."""
    return {
        topic.name: _name(one)
        for topic in _OURS
        for one in node.get_publishers_info_by_topic(node.resolve_topic_name(topic.name))
    }


def _name(endpoint: Any) -> str:
    """The topic of a node may be discovered before its name."""
    if endpoint.node_name == _UNNAMED:
        return _SOMEBODY
    return f'{endpoint.node_namespace.rstrip("/")}/{endpoint.node_name}'


def _taken(topic: str, there: dict[str, str]) -> str:
    number = os.environ.get('ROS_DOMAIN_ID') or '0'
    return (
        f'another graph is in ROS domain {number}: {there.get(topic, _SOMEBODY)} publishes '
        f'{topic}; end it, or export ROS_DOMAIN_ID with another number from 0 to {MOST_DOMAIN}'
    )
