# SPDX-License-Identifier: Apache-2.0
"""Reading of sqlite3 bags, complete, truncated or damaged."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np

from wpt_core.bags.damage import CUT, damage_notice, reason, unreadable_message
from wpt_core.bags.qos import profiles_from_text
from wpt_core.bags.sqlite_pages import is_cut, open_database
from wpt_core.bags.storage import (
    LONGEST_MESSAGE,
    Int64Array,
    StoredTopic,
    full_type_name,
    printable,
)
from wpt_core.types import BagError, Level, Notice

__all__ = ['SqliteStorage']

TOPIC_COLUMNS = {'id', 'name', 'type', 'serialization_format'}
UNREADABLE = (apsw.Error, UnicodeDecodeError)
MESSAGE_COLUMNS = {'topic_id', 'timestamp', 'data'}
# In table order and not by the index on time: both are spread over the file, and a truncated file
# has the first rows of the table, while any page of the index may be missing.
ROWS = """
    SELECT rowid, topic_id, timestamp{data} FROM messages NOT INDEXED ORDER BY rowid
"""


class SqliteStorage:
    """One sqlite3 file as `Storage`."""

    kind = 'sqlite3'

    def __init__(self, path: Path, *, verify: bool = False, shown: Path | None = None) -> None:
        """Index the file; raise BagError, naming it as `shown`, if no message is readable."""
        self._path = shown or path
        self._cut = is_cut(path)
        self._base = open_database(path, cut=self._cut)
        try:
            self._open(verify)
        except UNREADABLE as error:
            self.close()
            raise self._unusable(reason(error)) from error
        except BaseException:
            self.close()
            raise

    def _open(self, verify: bool) -> None:
        for table, columns in (('topics', TOPIC_COLUMNS), ('messages', MESSAGE_COLUMNS)):
            self._expect(table, columns)
        topics = self._topics()
        problem = self._index(list(topics), thorough=verify or self._cut)
        if problem and not (verify or self._cut):
            problem = self._index(list(topics), thorough=True)
        self.topics = tuple(topics.values())
        self.notices = self._notices(problem)

    def _expect(self, table: str, columns: set[str]) -> None:
        """Check for a real table with stored columns: a view could compute arbitrary values."""
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
        if not self._base.execute(query, (table,)).get or not columns <= self._columns(table):
            if self._cut:
                raise self._unusable(f'no table {table} is left')
            raise BagError(
                f'{self._path} is a database but not a bag: it has no table {table} '
                f'with {", ".join(sorted(columns))}'
            )

    def _columns(self, table: str) -> set[str]:
        return {row[1] for row in self._base.execute(f'PRAGMA table_info({table})')}

    def _topics(self) -> dict[int, StoredTopic]:
        qos = 'offered_qos_profiles' if 'offered_qos_profiles' in self._columns('topics') else "''"
        query = f'SELECT id, name, type, serialization_format, {qos} FROM topics ORDER BY id'
        definitions = self._definitions()
        return {
            int(number): StoredTopic(
                printable(str(name)),
                full_type_name(printable(str(kind))),
                printable(str(encoding)),
                definitions.get(str(kind), ''),
                profiles_from_text(str(text)),
            )
            for number, name, kind, encoding, text in self._base.execute(query)
        }

    def _definitions(self) -> dict[str, str]:
        if not {'topic_type', 'encoded_message_definition'} <= self._columns(
            'message_definitions'
        ):
            return {}
        query = 'SELECT topic_type, encoded_message_definition FROM message_definitions'
        return {str(name): str(text) for name, text in self._base.execute(query) if text}

    def _index(self, numbers: list[int], *, thorough: bool) -> str:
        """Fill the index; return the problem that stopped it, '' if none did."""
        rows = array('q')
        problem = ''
        try:
            self._collect(rows, thorough=thorough)
        except (*UNREADABLE, _DamagedError) as error:
            problem = reason(error)
        table: Int64Array = np.array(rows, np.int64).reshape(-1, 3)
        known = np.isin(table[:, 1], np.array(numbers, np.int64)) & (table[:, 2] >= 0)
        if not known.all():
            problem = problem or f'{np.count_nonzero(~known)} messages belong to an unknown topic'
        self._rowids = table[known, 0].copy()
        self.topic_indices = np.searchsorted(np.array(numbers, np.int64), table[known, 1])
        self.stamps_ns = table[known, 2].copy()
        return problem

    def _collect(self, rows: 'array[int]', *, thorough: bool) -> None:
        last = -(2**63)
        for row in self._base.execute(ROWS.format(data=', data' if thorough else '')):
            if not all(isinstance(value, int) for value in row[:3]):
                raise _DamagedError(f'message {row[0]} has no stamp or no topic')
            if row[0] <= last:
                raise _DamagedError('its pages refer to each other in a circle')
            if thorough and not isinstance(row[3], bytes):
                raise _DamagedError(f'message {row[0]} holds no bytes')
            last = row[0]
            rows.extend(row[:3])

    def _notices(self, problem: str) -> tuple[Notice, ...]:
        notices = []
        if problem or self._cut:
            notices.append(
                damage_notice(
                    self._path,
                    [problem] if problem else [],
                    cut=self._cut,
                    stamps_ns=self.stamps_ns,
                    topic_indices=self.topic_indices,
                )
            )
        for suffix in ('-wal', '-journal'):
            journal = self._path.with_name(self._path.name + suffix)
            if journal.is_file() and journal.stat().st_size:
                notices.append(_unfinished(self._path, journal))
        return tuple(notices)

    def _unusable(self, why: str) -> BagError:
        what = 'is cut off' if self._cut else 'is damaged'
        return BagError(
            f'{self._path} {what} ({why}) and no message is readable; '
            f'see what `sqlite3 {self._path.name} .recover` finds, or record it again'
        )

    def read(self, rows: Int64Array) -> Iterator[bytes]:
        query = f'SELECT data FROM messages WHERE rowid = ? AND length(data) <= {LONGEST_MESSAGE}'
        for rowid in self._rowids[rows].tolist():
            try:
                found = self._base.execute(query, (rowid,)).fetchone()
            except UNREADABLE as error:
                raise unreadable_message(self._path, reason(error)) from error
            if not found or not isinstance(found[0], bytes):
                raise unreadable_message(self._path, f'message {rowid} cannot be read')
            yield found[0]

    def close(self) -> None:
        self._base.close()


class _DamagedError(Exception):
    """Damage that SQLite itself does not detect."""


def _unfinished(path: Path, journal: Path) -> Notice:
    return Notice(
        Level.ERROR,
        CUT,
        f'{path} was not closed: {journal.name} may contain its last messages, which are '
        f"not read; merge them with sqlite3 {path.name} 'PRAGMA wal_checkpoint(TRUNCATE)'",
    )
