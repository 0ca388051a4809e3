# SPDX-License-Identifier: Apache-2.0
"""From one bag to another: into another storage, or out of a damaged one."""

from collections.abc import Iterator

from wpt_core.bags.info import TopicInfo
from wpt_core.bags.reader import Bag, RawMessage
from wpt_core.bags.writer import BagWriter, is_topic_name

__all__ = ['copy_messages', 'left_out_of_copies']


def left_out_of_copies(source: Bag) -> dict[str, str]:
    """The topics that `copy_messages` leaves out, each with the reason."""
    return {topic.name: why for topic in source.info.topics if (why := _reason(source, topic))}


def copy_messages(source: Bag, target: BagWriter) -> Iterator[RawMessage]:
    """Copy readable messages, bytes and stamps unchanged, as the result is gone through.

    Leaves out what `left_out_of_copies` says. Make the target with
    `definitions=source.definitions`.
    """
    left_out = left_out_of_copies(source)
    topics = {
        topic.name: target.add_topic(topic.name, topic.type_name, qos=topic.qos)
        for topic in source.info.topics
        if topic.name not in left_out
    }
    for raw in source.raw_messages(list(topics)):
        topics[raw.topic].write_raw(raw.stamp_ns, raw.data)
        yield raw


def _reason(source: Bag, topic: TopicInfo) -> str:
    if sum(other.name == topic.name for other in source.info.topics) > 1:
        return 'it has messages of several types'
    if not topic.readable:
        return f'its type {topic.type_name} is not known, and a bag must say what is in it'
    if not is_topic_name(topic.name):
        return 'ROS 2 has no topic of this name'
    return ''
