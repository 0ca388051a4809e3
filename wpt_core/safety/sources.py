# SPDX-License-Identifier: Apache-2.0
"""Who publishes on the topics that steer: one node each, and the one that is expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wpt_core.types import Level, Notice

__all__ = ['UNKNOWN', 'Doubts', 'Source', 'Sources', 'second_source']

UNKNOWN = ''
"""Name of a publisher whose node has not been discovered, or that has none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher: the full name of its node, and what tells it from any other."""

    node: str
    identity: bytes


@dataclass(frozen=True, slots=True)
class Doubts:
    """What one look at the graph found."""

    intruders: tuple[Notice, ...] = ()
    """Another node publishes beside the first: a fault in any state."""
    doubts: tuple[Notice, ...] = ()
    """A fault while the gate steers; else it blocks engaging. A process that was killed stays
    listed beside the one that was started in its place until its lease ends."""


class Sources:
    """Compares what the graph shows with what is expected, and with the look before."""

    def __init__(self, expected: Mapping[str, str]) -> None:
        """`expected`: for some topics, the full name of the only node that may publish there."""
        self._expected = dict(expected)
        self._alone: dict[str, bytes] = {}

    def look(self, found: Mapping[str, Sequence[Source]]) -> Doubts:
        """`found`: for each topic that has one source only, the publishers that it has now."""
        intruders, doubts = [], []
        for topic, sources in found.items():
            names = {source.node for source in sources} - {UNKNOWN}
            if len(names) > 1:
                text = f'Several nodes publish {topic}: {", ".join(sorted(names))}.'
                intruders.append(_error('intruder', text))
            elif len(sources) > 1:
                doubts.append(second_source(topic))
            elif sources:
                doubts += self._of_one(topic, sources[0])
            if len(sources) == 1:
                self._alone[topic] = sources[0].identity
        return Doubts(tuple(intruders), tuple(doubts))

    def _of_one(self, topic: str, source: Source) -> list[Notice]:
        wanted, node = self._expected.get(topic, source.node), source.node or 'an unknown node'
        if source.node != wanted:
            text = f'{topic} is published by {node}, expected {wanted}; see command_from.'
            return [_error('wrong_source', text)]
        if self._alone.get(topic, source.identity) != source.identity:
            return [_error('source_changed', f'{topic} has another publisher than before.')]
        return []


def second_source(topic: str) -> Notice:
    """Two publishers, of one node name or of none that is known."""
    text = f'{topic} has a second publisher; one that was killed is listed for some seconds.'
    return _error('second_source', text)


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
