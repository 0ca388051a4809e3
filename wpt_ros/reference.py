# SPDX-License-Identifier: Apache-2.0
"""Tables and diagrams of the documentation that are generated from the code.

    python -m wpt_ros.reference          list outdated pages; exit code 1 if there are any
    python -m wpt_ros.reference --write  update them

They stand between `<!-- made from the code: NAME -->` and `<!-- end -->`.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from wpt_core.files import GeneratedTables, markdown_table
from wpt_core.safety import TRANSITIONS, GateSettings
from wpt_ros import topics
from wpt_ros.architecture import node_diagram, package_diagram, subscriptions
from wpt_ros.graph import NODES
from wpt_ros.parameters import leaves, plain_value

__all__ = ['TABLES', 'generated_pages']

_PARAMETER_HEAD = ('parameter', 'default', 'allowed', 'meaning')


def _gate_states() -> str:
    rows = [
        (
            'any' if len(row.of) == 5 else ', '.join(state.name for state in row.of),
            row.event.value,
            row.to.name,
        )
        for row in TRANSITIONS
    ]
    return markdown_table(('state', 'event', 'next state'), rows, aligned=False)


def _gate_settings() -> str:
    rows = [
        (f'`{leaf.name}`', f'{leaf.default:g}', leaf.allowed, leaf.note)
        for leaf in leaves(GateSettings)
    ]
    return markdown_table(('setting', 'default', 'allowed', 'meaning'), rows, aligned=False)


def _topics() -> str:
    rows = [
        (
            f'`{topic.name}`',
            f'`{topic.type_name}`',
            topic.quality.value,
            ', '.join(topic.publishers),
            ', '.join(node for node in NODES if topic in subscriptions(node)),
            '' if topic.rate_hz is None else f'{topic.rate_hz:g}',
            '' if topic.stale_after_s is None else f'{topic.stale_after_s:g}',
            f'{topic.most_bytes // 1024}',
            topic.meaning,
        )
        for topic in topics.TOPICS
    ]
    head = (
        'topic',
        'type',
        'quality',
        'published by',
        'used by',
        'Hz',
        'stale after s',
        'KiB at most',
        'meaning',
    )
    return markdown_table(head, rows, aligned=False)


def _services() -> str:
    rows = [
        (f'`{call.name}`', f'`{call.type_name}`', call.server, call.meaning)
        for call in topics.SERVICES
    ]
    return markdown_table(('service', 'type', 'node', 'effect'), rows, aligned=False)


def _nodes() -> str:
    rows = [
        (f'`{node.name}`', node.meaning, 'yes' if node.respawn else 'no')
        for node in NODES.values()
    ]
    return markdown_table(('node', 'task', 'restarted when it dies'), rows, aligned=False)


def _parameters() -> str:
    parts = []
    for name in NODES:
        rows = [
            (f'`{leaf.name}`', f'`{plain_value(leaf.default)}`', leaf.allowed, leaf.note)
            for leaf in leaves(_config_of(name))
        ]
        parts.append(f'### {name}\n\n{markdown_table(_PARAMETER_HEAD, rows, aligned=False)}')
    return '\n\n'.join(parts)


def _config_of(node: str) -> type:
    """Return the config class of a node; its module needs ROS, so import it only here."""
    module = import_module(f'wpt_ros.nodes.{node}')
    config: type = getattr(module, f'{node.title()}Config')
    return config


TABLES = GeneratedTables(
    'the code',
    {
        'gate_states': _gate_states,
        'gate_settings': _gate_settings,
        'topics': _topics,
        'services': _services,
        'nodes': _nodes,
        'parameters': _parameters,
        'packages': package_diagram,
        'node_graph': node_diagram,
    },
)


def generated_pages(root: Path) -> list[Path]:
    """Return the pages that may hold generated tables."""
    return [*root.glob('README.md'), *sorted((root / 'docs').glob('*.md'))]


def main(words: Sequence[str]) -> int:
    """List or update the outdated pages, see above."""
    pages = generated_pages(Path(__file__).resolve().parents[1])
    if '--write' in words:
        print('\n'.join(f'{page.name}: updated' for page in TABLES.write(pages)))
        return 0
    outdated = TABLES.outdated(pages)
    print('\n'.join(f'{page.name}: out of date' for page in outdated))
    return 1 if outdated else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
