# SPDX-License-Identifier: Apache-2.0
"""Messages about damaged files and what is still readable."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wpt_core.bags.storage import Int64Array
from wpt_core.types import BagError, Level, Notice

__all__ = ['CUT', 'DAMAGED', 'damage_notice', 'reason', 'unreadable_message']

CUT = 'bag.cut'
DAMAGED = 'bag.damaged'

LONGEST_REASON = 120
RESCUE = 'rescue them with `wpt bag copy`, or record again'


def damage_notice(
    path: Path,
    problems: Sequence[str],
    *,
    cut: bool,
    stamps_ns: Int64Array,
    topic_indices: Int64Array,
) -> Notice:
    """Return a notice of how much is readable; raise BagError if no message is."""
    what = 'is cut off' if cut else 'is damaged'
    why = ''
    if problems:
        more = f' and {len(problems) - 1} more' if len(problems) > 1 else ''
        why = f' ({problems[0]}{more})'
    if not len(stamps_ns):
        raise BagError(f'{path} {what}{why} and no message is readable; record it again')
    after = f' after {np.ptp(stamps_ns) * 1e-9:.1f} s' if cut else ''
    count, topics = len(stamps_ns), len(np.unique(topic_indices))
    return Notice(
        Level.ERROR,
        CUT if cut else DAMAGED,
        f'{path} {what}{after}{why}: {count} message{"s" * (count != 1)} on {topics} '
        f'topic{"s" * (topics != 1)} can still be read; {RESCUE}',
    )


def reason(error: BaseException) -> str:
    """Return the message of a library error, short and on one line."""
    words = ' '.join(str(error).split()) or type(error).__name__
    return words if len(words) <= LONGEST_REASON else f'{words[:LONGEST_REASON]}…'


def unreadable_message(path: Path, why: str) -> BagError:
    """Return the error for damage found while reading, after the index looked consistent."""
    return BagError(
        f'{path} is damaged ({why}); `wpt bag info` lists what is still readable, '
        'and opening it with verify=True skips the rest'
    )
