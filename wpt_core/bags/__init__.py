# SPDX-License-Identifier: Apache-2.0
"""Bags: rosbag2 (mcap and sqlite3) read and written without ROS, ROS 1 bags read."""

from wpt_core.bags.definitions import DEFAULT_DISTRIBUTION, DISTRIBUTIONS, definitions_from
from wpt_core.bags.info import BagInfo, Gap, TopicInfo
from wpt_core.bags.playback import Playback
from wpt_core.bags.qos import TopicQos
from wpt_core.bags.reader import Bag, Message, RawMessage
from wpt_core.bags.writer import BagWriter, TopicWriter, copy_messages, topics_not_copied

__all__ = [
    'DEFAULT_DISTRIBUTION',
    'DISTRIBUTIONS',
    'Bag',
    'BagInfo',
    'BagWriter',
    'Gap',
    'Message',
    'Playback',
    'RawMessage',
    'TopicInfo',
    'TopicQos',
    'TopicWriter',
    'copy_messages',
    'definitions_from',
    'topics_not_copied',
]
