# SPDX-License-Identifier: Apache-2.0
"""Message types of the topics of a bag, and whether they can be decoded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rosbags.serde import SerdeError
from rosbags.typesys.store import Typestore

from wpt_core.bags.damage import reason
from wpt_core.bags.definitions import full_definition, typestore_for
from wpt_core.bags.qos import TopicQos
from wpt_core.bags.storage import StoredTopic
from wpt_core.types import BagError, Level, Notice

__all__ = ['MessageTypes']


class MessageTypes:
    """Typestore of one bag: its own definitions, then given ones, then the distribution's."""

    def __init__(
        self,
        path: Path,
        topics: Sequence[StoredTopic],
        given: Mapping[str, str],
        distribution: str,
    ) -> None:
        """Raise InputError for an unknown distribution and BagError for an invalid given
        definition.

        An invalid definition in the bag makes only its own topics undecodable.
        """
        self.distribution = distribution
        self._path = path
        self._topics = topics
        self._reasons: dict[tuple[str, str], str] = {}
        self._store = self._build(dict(given))
        for topic in topics:
            key = topic.name, topic.type_name
            if key not in self._reasons and (reason := self._missing(topic)):
                self._reasons[key] = f'{path}: {topic.name} cannot be decoded: {reason}'
        self.notices = tuple(
            Notice(Level.WARNING, 'bag.type-unknown', reason) for reason in self._reasons.values()
        )

    @property
    def definitions(self) -> dict[str, str]:
        names = {t.type_name for t in self._topics if self.known(t.name, t.type_name)}
        return {name: full_definition(self._store, name) for name in sorted(names)}

    def known(self, topic: str, type_name: str) -> bool:
        return (topic, type_name) not in self._reasons

    def require(self, topic: str, type_name: str) -> None:
        """Raise BagError if messages on the topic cannot be decoded."""
        if reason := self._reasons.get((topic, type_name)):
            raise BagError(f'{reason}; or read the other topics only')

    def qos(self, topic: str, type_name: str) -> tuple[TopicQos, ...]:
        for stored in self._topics:
            if (stored.name, stored.type_name) == (topic, type_name) and stored.qos:
                return stored.qos
        return ()

    def message_type(self, type_name: str) -> type[Any]:
        if type_name not in self._store.types:
            raise BagError(f'{self._path}: {self._unknown(type_name)}')
        return self._store.types[type_name]

    def decoded(self, topic: str, type_name: str, data: bytes) -> Any:
        try:
            return self._store.deserialize_cdr(memoryview(data), type_name)
        except (SerdeError, OverflowError, RecursionError) as error:
            raise BagError(
                f'{self._path} is damaged: a message of {len(data)} bytes on {topic} is not a '
                f'{type_name} ({reason(error)})'
            ) from error

    def _build(self, definitions: dict[str, str]) -> Typestore:
        store = typestore_for(definitions, self.distribution)
        own = {t.type_name: t.definition for t in self._topics if t.definition}
        if not own:
            return store
        try:
            return typestore_for({**definitions, **own}, self.distribution)
        except BagError:
            return self._one_by_one(store, definitions, own)

    def _one_by_one(
        self, store: Typestore, definitions: dict[str, str], own: dict[str, str]
    ) -> Typestore:
        """Add the bag's definitions one by one, to find the invalid ones."""
        for topic in self._topics:
            if topic.type_name not in own:
                continue
            candidate = {**definitions, topic.type_name: own[topic.type_name]}
            try:
                store = typestore_for(candidate, self.distribution)
                definitions = candidate
            except BagError as error:
                key = topic.name, topic.type_name
                self._reasons[key] = f'{self._path}: {topic.name} cannot be decoded: {error}'
        return store

    def _missing(self, topic: StoredTopic) -> str:
        """Return why messages on the topic cannot be decoded, '' if they can."""
        if topic.encoding != 'cdr':
            return f'it is encoded as {topic.encoding!r}, expected cdr'
        if topic.type_name not in self._store.types:
            return self._unknown(topic.type_name)
        return ''

    def _unknown(self, type_name: str) -> str:
        return (
            f'type {type_name} is defined neither by the bag nor by ROS 2 '
            f'{self.distribution.capitalize()}; pass its definition'
        )
