# SPDX-License-Identifier: Apache-2.0
"""From one bag to another: into another storage, or out of a damaged one."""

from collections.abc import Iterator

from wpt_core.bags.reader import Bag, RawMessage
from wpt_core.bags.writer import BagWriter

__all__ = ['copy_messages']


def copy_messages(source: Bag, target: BagWriter) -> Iterator[RawMessage]:
    """Copy readable messages, bytes and stamps unchanged, as the result is gone through.

    Topics of unknown type are left out, for a bag must say what is in it. Make the target with
    `definitions=source.definitions`.
    """
    topics = {
        topic.name: target.add_topic(topic.name, topic.type_name, qos=topic.qos)
        for topic in source.info.topics
        if topic.readable
    }
    for raw in source.raw_messages(list(topics)):
        topics[raw.topic].write_raw(raw.stamp_ns, raw.data)
        yield raw
