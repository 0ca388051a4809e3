# SPDX-License-Identifier: Apache-2.0
"""Publishers of the steering topics: one node each, and the expected one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wpt_core.types import Level, Notice

__all__ = ['UNKNOWN', 'Doubts', 'Source', 'Sources', 'second_source']

UNKNOWN = ''
"""Node name of a publisher that has not been discovered, or has none."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publisher: full node name and unique identity."""

    node: str
    identity: bytes


@dataclass(frozen=True, slots=True)
class Doubts:
    """Result of one check of the publishers."""

    intruders: tuple[Notice, ...] = ()
    """A second node publishes: a fault in any state."""
    doubts: tuple[Notice, ...] = ()
    """A fault while the gate steers; else it blocks engaging. The publisher of a killed process
    stays listed beside its successor until its lease ends."""


class Sources:
    """Compares the publishers with the expected ones and with the previous check."""

    def __init__(self, expected: Mapping[str, str]) -> None:
        """`expected`: by topic, the full name of the only node that may publish."""
        self._expected = dict(expected)
        self._alone: dict[str, bytes] = {}

    def look(self, found: Mapping[str, Sequence[Source]]) -> Doubts:
        """`found`: by topic with one source only, its current publishers."""
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
    """Two publishers with the same node name, or with an unknown one."""
    text = f'{topic} has a second publisher; one that was killed is listed for some seconds.'
    return _error('second_source', text)


def _error(code: str, text: str) -> Notice:
    return Notice(Level.ERROR, code, text)
