# SPDX-License-Identifier: Apache-2.0
"""Tables in the documentation that are made from the code, so that they are never out of date.

    python -m wpt_ros.reference          names the pages that are out of date; exit code 1 if any
    python -m wpt_ros.reference --write  brings them up to date

A page says where: between `<!-- made from the code: NAME -->` and `<!-- end -->`.
"""

import re
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from wpt_core.safety import TRANSITIONS, GateSettings
from wpt_core.types import InputError
from wpt_ros import topics
from wpt_ros.graph import NODES
from wpt_ros.parameters import leaves, plain_value

__all__ = ['TABLES', 'outdated', 'renewed', 'write']

_PLACE = re.compile(
    r'(?P<begin><!-- made from the code: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)', re.DOTALL
)
_PARAMETER_HEAD = ('parameter', 'default', 'allowed', 'meaning')


def renewed(page: str) -> str:
    """The page with all its tables as the code has them; InputError names an unknown one."""

    def table(place: re.Match[str]) -> str:
        name = place['name']
        if name not in TABLES:
            raise InputError(f'no table {name!r}; expected one of {", ".join(TABLES)}')
        return f'{place["begin"]}\n{TABLES[name]()}\n\n{place["end"]}'

    return _PLACE.sub(table, page)


def outdated(docs: Path) -> list[Path]:
    """Pages whose tables are not those of the code."""
    return [
        page for page in sorted(docs.glob('*.md')) if renewed(page.read_text()) != page.read_text()
    ]


def write(docs: Path) -> list[Path]:
    """Bring pages up to date; which ones were not."""
    pages = outdated(docs)
    for page in pages:
        page.write_text(renewed(page.read_text()))
    return pages


def _gate_states() -> str:
    rows = [
        (
            'any' if len(row.of) == 5 else ', '.join(state.name for state in row.of),
            row.event.value,
            row.to.name,
        )
        for row in TRANSITIONS
    ]
    return _markdown(('in', 'when', 'then'), rows)


def _gate_settings() -> str:
    rows = [
        (f'`{leaf.name}`', f'{leaf.default:g}', leaf.allowed, leaf.note)
        for leaf in leaves(GateSettings)
    ]
    return _markdown(('setting', 'default', 'allowed', 'meaning'), rows)


def _topics() -> str:
    rows = [
        (
            f'`{topic.name}`',
            f'`{topic.type_name}`',
            topic.quality.value,
            ', '.join(topic.publishers),
            '' if topic.rate_hz is None else f'{topic.rate_hz:g}',
            '' if topic.stale_after_s is None else f'{topic.stale_after_s:g}',
            f'{topic.most_bytes // 1024}',
            topic.meaning,
        )
        for topic in topics.TOPICS
    ]
    head = ('topic', 'type', 'quality', 'from', 'Hz', 'stale after s', 'KiB at most', 'meaning')
    return _markdown(head, rows)


def _services() -> str:
    rows = [
        (f'`{call.name}`', f'`{call.type_name}`', call.server, call.meaning)
        for call in topics.SERVICES
    ]
    return _markdown(('service', 'type', 'of', 'what it does'), rows)


def _nodes() -> str:
    rows = [
        (f'`{node.name}`', node.meaning, 'yes' if node.respawn else 'no')
        for node in NODES.values()
    ]
    return _markdown(('node', 'job', 'started again when it dies'), rows)


def _parameters() -> str:
    parts = []
    for name in NODES:
        rows = [
            (f'`{leaf.name}`', f'`{plain_value(leaf.default)}`', leaf.allowed, leaf.note)
            for leaf in leaves(_config_of(name))
        ]
        parts.append(f'### {name}\n\n{_markdown(_PARAMETER_HEAD, rows)}')
    return '\n\n'.join(parts)


def _config_of(node: str) -> type:
    """Imported only here, because it needs ROS."""
    module = import_module(f'wpt_ros.nodes.{node}')
    config: type = getattr(module, f'{node.title()}Config')
    return config


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ['---'] * len(head), *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


TABLES: dict[str, Callable[[], str]] = {
    'gate_states': _gate_states,
    'gate_settings': _gate_settings,
    'topics': _topics,
    'services': _services,
    'nodes': _nodes,
    'parameters': _parameters,
}


def main(words: Sequence[str]) -> int:
    """See the head of this file."""
    docs = Path(__file__).resolve().parents[1] / 'docs'
    if '--write' in words:
        print('\n'.join(f'{page.name} is up to date again' for page in write(docs)))
        return 0
    pages = outdated(docs)
    print('\n'.join(f'{page.name} is out of date' for page in pages))
    return 1 if pages else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
