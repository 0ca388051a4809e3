# SPDX-License-Identifier: Apache-2.0
"""Check that no other graph publishes on our topics in this ROS domain."""

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
from wpt_ros.network import MAX_DOMAIN, domain_problem
from wpt_ros.qos import profile, type_of

__all__ = ['check_domain_unused']

_OURS = (topics.COMMAND, topics.WANTED, topics.PLAN, topics.ODOMETRY, topics.CLOCK)
_UNDISCOVERED, _UNKNOWN = '_NODE_NAME_UNKNOWN_', 'an unknown node'
_DISCOVERY_S = 1.5
"""Time for the discovery of other participants on this machine."""
_LEASE_S = 25.0
"""A killed process is listed until its lease ends, 20 s unless a DDS profile sets less."""


def check_domain_unused(report: Callable[[str], None], *, lease_s: float = _LEASE_S) -> None:
    """Raise InputError for an invalid ROS_DOMAIN_ID, or one that another graph uses.

    Publishers that send nothing may belong to a killed process, so wait `lease_s` for them to
    disappear.
    """
    if problem := domain_problem(os.environ):
        raise InputError(problem)
    context = Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('desk', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    try:
        _check_publishers(node, executor, report, lease_s=lease_s)
    finally:
        executor.shutdown(timeout_sec=0.5)
        node.destroy_node()
        rclpy.shutdown(context=context)


def _check_publishers(
    node: Node, executor: SingleThreadedExecutor, report: Callable[[str], None], *, lease_s: float
) -> None:
    received: list[str] = []
    for topic in _OURS:
        keep = partial(_keep, received, topic.name)
        node.create_subscription(
            type_of(topic.type_name), topic.name, keep, profile(topic.quality)
        )
    begun_s, reported = monotonic(), False
    while True:
        executor.spin_once(timeout_sec=0.05)
        waited_s, publishers = monotonic() - begun_s, _publisher_names(node)
        named = received and publishers.get(received[0], _UNKNOWN) != _UNKNOWN
        if waited_s < _DISCOVERY_S and not named:
            continue
        if received or (publishers and waited_s >= lease_s):
            topic_name = received[0] if received else next(iter(publishers))
            raise InputError(_domain_used(topic_name, publishers))
        if not publishers:
            return
        if not reported:
            reported = True
            report(f'waiting up to {lease_s:g} s until DDS drops the nodes of a previous drive')


def _keep(received: list[str], name: str, _message: Any) -> None:
    received.append(name)


def _publisher_names(node: Node) -> dict[str, str]:
    """Return the full name of a publishing node by topic."""
    return {
        topic.name: _name(one)
        for topic in _OURS
        for one in node.get_publishers_info_by_topic(node.resolve_topic_name(topic.name))
    }


def _name(endpoint: Any) -> str:
    """Return the full name; DDS may discover the topic of a node before its name."""
    if endpoint.node_name == _UNDISCOVERED:
        return _UNKNOWN
    return f'{endpoint.node_namespace.rstrip("/")}/{endpoint.node_name}'


def _domain_used(topic: str, publishers: dict[str, str]) -> str:
    number = os.environ.get('ROS_DOMAIN_ID') or '0'
    return (
        f'another graph is in ROS domain {number}: {publishers.get(topic, _UNKNOWN)} publishes '
        f'{topic}; end it, or export ROS_DOMAIN_ID with another number from 0 to {MAX_DOMAIN}'
    )
