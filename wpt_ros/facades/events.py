# SPDX-License-Identifier: Apache-2.0
"""Event callbacks of a subscription; rclpy moved the module after Humble."""

from importlib.util import find_spec

if find_spec('rclpy.event_handler'):
    from rclpy.event_handler import SubscriptionEventCallbacks
else:
    from rclpy.qos_event import SubscriptionEventCallbacks

__all__ = ['SubscriptionEventCallbacks']
