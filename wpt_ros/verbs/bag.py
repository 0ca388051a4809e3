# SPDX-License-Identifier: Apache-2.0
"""`wpt bag`: list the contents of a recording, or copy the readable part of a damaged one."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from tqdm import tqdm

from wpt_core.bags import (
    Bag,
    BagInfo,
    BagWriter,
    Gap,
    TopicInfo,
    copy_messages,
    topics_not_copied,
)
from wpt_core.types import BagError
from wpt_ros.text_table import text_table

__all__ = ['SUMMARY', 'add_arguments', 'run']

SUMMARY = 'List or copy a recording (rosbag2 or ROS 1), without ROS.'
DAMAGED = 1

EXAMPLES = """\
examples:
  wpt bag info drives/monday            topics, types, counts, rates and gaps of a bag folder
  wpt bag info monday_0.mcap --quick    one file; trust its index instead of reading it all
  wpt bag copy broken rescued           copy the readable messages of a damaged bag
  wpt bag copy old.bag new              convert ROS 1 to ROS 2

wpt bag info --help and wpt bag copy --help list the options.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `info` and `copy`."""
    parser.epilog = EXAMPLES
    verbs = parser.add_subparsers(dest='action', metavar='ACTION', required=True)
    info = verbs.add_parser(
        'info',
        help='list topics, types, counts, rates, gaps and duration',
        description=(
            'List the topics of a recording. The exit code is 1 if part of it is damaged, 2 if it '
            'cannot be read.'
        ),
    )
    info.add_argument('path', type=Path, help='bag folder, or one .mcap, .db3 or .bag file')
    info.add_argument(
        '--quick',
        action='store_true',
        help='trust the index of the file instead of reading every message',
    )
    info.add_argument('--gaps', type=int, default=10, help='number of gaps to list (default 10)')
    copy = verbs.add_parser(
        'copy',
        help='copy all readable messages into a new bag',
        description=(
            'Copy every readable message. The exit code is 1 if part of the source is damaged or '
            'left out, 2 if nothing can be copied.'
        ),
    )
    copy.add_argument('path', type=Path, help='bag folder, or one .mcap, .db3 or .bag file')
    copy.add_argument('target', type=Path, help='folder of the new bag')
    copy.add_argument(
        '--storage', choices=('mcap', 'sqlite3'), default='mcap', help='default mcap'
    )
    copy.add_argument(
        '--compression', choices=('none', 'zstd'), default='none', help='default none'
    )
    copy.add_argument('--overwrite', action='store_true', help='replace an existing bag')


def run(arguments: argparse.Namespace) -> int:
    """Return 0, or 1 if the recording is damaged; raise BagError for a file that is no bag."""
    return _copy(arguments) if arguments.action == 'copy' else _info(arguments)


def _info(arguments: argparse.Namespace) -> int:
    with Bag.open(arguments.path, verify=not arguments.quick) as bag:
        for line in _report(bag.info, most_gaps=max(0, arguments.gaps)):
            print(line)
        return _print_notices(bag.info)


def _copy(arguments: argparse.Namespace) -> int:
    with Bag.open(arguments.path, verify=True) as bag:
        left_out = topics_not_copied(bag)
        _refuse_empty_copy(bag, left_out)
        with BagWriter(
            arguments.target,
            arguments.storage,
            definitions=bag.definitions,
            distribution=bag.info.distribution,
            compression=arguments.compression,
            overwrite=arguments.overwrite,
        ) as target:
            copied = copy_messages(bag, target)
            total = bag.info.message_count
            count = sum(1 for _ in tqdm(copied, 'copying', total, disable=None, unit=' messages'))
        print(f'{arguments.target}: {count} of {bag.info.message_count} messages')
        for topic, why in left_out.items():
            print(
                f'left out: {_message_count(bag, topic)} messages of {topic!r}: {why}',
                file=sys.stderr,
            )
        lost = any(_message_count(bag, topic) for topic in left_out)
        return max(_print_notices(bag.info), DAMAGED if lost else 0)


def _message_count(bag: Bag, topic: str) -> int:
    return sum(one.count for one in bag.info.topics if one.name == topic)


def _refuse_empty_copy(bag: Bag, left_out: Mapping[str, str]) -> None:
    """Raise BagError when the bag has messages and none of them can be copied."""
    total = bag.info.message_count
    if total and sum(_message_count(bag, topic) for topic in left_out) == total:
        whys = '; '.join(f'{topic!r}: {why}' for topic, why in left_out.items())
        raise BagError(f'{bag.info.path}: none of its {total} messages can be copied ({whys})')


def _print_notices(info: BagInfo) -> int:
    for notice in info.notices:
        print(f'{notice.level.value}: {notice.text}', file=sys.stderr)
    return DAMAGED if info.damaged else 0


def _report(info: BagInfo, *, most_gaps: int) -> Iterator[str]:
    yield f'{info.path}'
    yield (
        f'  {info.storage}, {_size(info.size_bytes)}, ROS 2 {info.distribution.capitalize()} types'
    )
    yield f'  {info.message_count} messages in {info.duration_s:.2f} s'
    if info.start_ns is not None and info.stop_ns is not None:
        yield f'  from {_date(info.start_ns)} to {_date(info.stop_ns)}'
    yield ''
    heads = ('topic', 'type', 'messages', 'rate', 'longest pause')
    yield from text_table(heads, map(_row, info.topics), numbers=(2, 3, 4))
    gaps = sorted((gap for topic in info.topics for gap in topic.gaps), key=_longest_first)
    yield ''
    if not gaps:
        yield 'no gaps'
        return
    yield 'gaps (longer than 3 median intervals and 0.2 s), longest first'
    rows = (_gap_row(gap, info) for gap in gaps[:most_gaps])
    yield from text_table(('topic', 'begins', 'length'), rows, numbers=(1, 2))
    if len(gaps) > most_gaps:
        yield f'… and {len(gaps) - most_gaps} more; --gaps {len(gaps)} lists them all'


def _row(topic: TopicInfo) -> tuple[str, ...]:
    return (
        topic.name,
        topic.type_name + ('' if topic.readable else ' (unknown)'),
        str(topic.count),
        '-' if topic.rate_hz is None else f'{topic.rate_hz:.2f} Hz',
        '-' if topic.largest_gap_s is None else f'{topic.largest_gap_s:.3f} s',
    )


def _gap_row(gap: Gap, info: BagInfo) -> tuple[str, ...]:
    begins_s = (gap.start_ns - (info.start_ns or 0)) * 1e-9
    return gap.topic, f'{begins_s:.3f} s', f'{gap.length_s:.3f} s'


def _longest_first(gap: Gap) -> tuple[float, int, str]:
    return -gap.length_s, gap.start_ns, gap.topic


def _size(size_bytes: int) -> str:
    size = float(size_bytes)
    for unit in ('B', 'kB', 'MB'):
        if size < 1000.0:
            return f'{size:.0f} B' if unit == 'B' else f'{size:.1f} {unit}'
        size /= 1000.0
    return f'{size:.1f} GB'


def _date(stamp_ns: int) -> str:
    whole_s, rest_ns = divmod(stamp_ns, 10**9)
    date = datetime.fromtimestamp(whole_s, timezone.utc)
    return f'{date:%Y-%m-%d %H:%M:%S}.{rest_ns // 10**6:03d} UTC'
