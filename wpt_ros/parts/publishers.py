# SPDX-License-Identifier: Apache-2.0
"""Publishers of topics and clients of services in the ROS graph."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rclpy.node import Node, NodeNameNonExistentError

from wpt_core.safety import UNKNOWN, Source
from wpt_core.types import Level, Notice
from wpt_ros.topics import Service, Topic

__all__ = ['GraphMonitor']

_UNDISCOVERED = '_NODE_NAME_UNKNOWN_'


class GraphMonitor:
    """Finds the publishers of topics that must have one each; a query takes some milliseconds."""

    def __init__(self, node: Node, watched: Sequence[Topic]) -> None:
        self._node = node
        self._topics = {topic.name: node.resolve_topic_name(topic.name) for topic in watched}

    def found(self) -> dict[str, list[Source]]:
        """Return the publishers by topic name."""
        return {name: self._sources(topic) for name, topic in self._topics.items()}

    def count(self, subscription: Any) -> int:
        """Return the number of publishers matched with a subscription."""
        if hasattr(subscription, 'get_publisher_count'):  # rclpy since Jazzy
            return int(subscription.get_publisher_count())
        return int(self._node.count_publishers(subscription.topic_name))

    def engage_refusal(self, allowed: str, service: Service) -> Notice | None:
        """Return a notice if a node other than `allowed` has a client of the service.

        rclpy does not identify the sender of a request, so no other node may have a client.
        """
        if not allowed:
            return None
        full_name = self._node.resolve_service_name(service.name)
        callers = [
            f'{namespace.rstrip("/")}/{name}'
            for name, namespace in self._node.get_node_names_and_namespaces()
            if self._calls(name, namespace, full_name)
        ]
        if callers == [allowed] and self._clients(full_name) <= 1:
            return None
        seen = ', '.join(sorted(callers)) or 'no known node'
        text = f'Only {allowed} may engage; clients of {service.name}: {seen}. See engage_from.'
        return Notice(Level.ERROR, 'engage_refused', text)

    def _calls(self, name: str, namespace: str, service: str) -> bool:
        with suppress(NodeNameNonExistentError):  # it has ended since it was listed
            found = self._node.get_client_names_and_types_by_node(name, namespace)
            return any(called == service for called, _ in found)
        return False

    def _clients(self, service: str) -> int:
        """Return the number of clients, also of those without a node (rclpy since Iron)."""
        counted = getattr(self._node, 'count_clients', None)
        return 1 if counted is None else int(counted(service))

    def _sources(self, topic: str) -> list[Source]:
        if self._node.count_publishers(topic) == 0:
            return []
        return [
            Source(_full_name(one), bytes(one.endpoint_gid))
            for one in self._node.get_publishers_info_by_topic(topic)
        ]


def _full_name(endpoint: Any) -> str:
    name = endpoint.node_name
    return UNKNOWN if name == _UNDISCOVERED else f'{endpoint.node_namespace.rstrip("/")}/{name}'
