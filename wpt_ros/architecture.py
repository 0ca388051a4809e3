# SPDX-License-Identifier: Apache-2.0
"""The two architecture diagrams of the documentation, as Mermaid flowcharts drawn from the code.

`package_diagram` reads the imports of every file, `node_diagram` the table of topics and the
topics that each node names. `wpt_ros.reference` writes both into the pages.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from wpt_ros import topics
from wpt_ros.graph import ON_CAR
from wpt_ros.topic import Topic

__all__ = ['PACKAGES', 'node_diagram', 'package_diagram', 'subscriptions']

PACKAGES = {
    'wpt_ros': 'ROS 2 nodes and command line',
    'training': 'training and evaluation, without ROS',
    'wpt_sim': 'simulator (the proving ground)',
    'wpt_core': 'algorithms, without ROS',
}
_ROOT = Path(__file__).resolve().parents[1]
_MOST_FILES = 2
"""Top-level files of a package with more of them are left out of its box."""
_VARIANTS = (topics.COMPRESSED, topics.CAMERA_INFO, topics.ACKERMANN, topics.AUTOWARE)
"""Alternatives to a topic that is drawn."""

Imports = Mapping[str, set[str]]


def package_diagram(root: Path = _ROOT) -> str:
    """Return one box for each package, its rooms in layers; arrows are imports.

    A room imports only from layers below its own. Raise ValueError for an import cycle.
    """
    lines, found = ['flowchart TD'], {package: _imports(root, package) for package in PACKAGES}
    for package, meaning in PACKAGES.items():
        layers = _layers(package, found[package])
        names = [f'{package}{number}' for number in range(len(layers))]
        lines.append(f'    subgraph {package}["{package}: {meaning}"]')
        lines += [
            f'        {name}["{" · ".join(rooms)}"]'
            for name, rooms in zip(names, layers, strict=True)
        ]
        lines += [f'        {" --> ".join(names)}'] if len(names) > 1 else []
        lines.append('    end')
    for package, rooms in found.items():
        used = set().union(*rooms.values()) & PACKAGES.keys() - {package}
        lines += [f'    {package} --> {other}' for other in PACKAGES if other in used]
    return _mermaid(lines)


def node_diagram() -> str:
    """Return the nodes on a car, with the topics that connect them."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for topic in topics.TOPICS:
        if topic in _VARIANTS:
            continue
        for source in {*topic.publishers} & {'car', *ON_CAR}:
            for target in ON_CAR:
                if topic in subscriptions(target):
                    edges[source, target].append(topic.name)
        if topic.exclusive and topic.publishers == ('gate',):
            edges['gate', 'actuator'].append(topic.name)
    lines = ['flowchart LR', '    car(["car: cameras, odometry, driver"])']
    lines += [f'    {node}["{node}"]' for node in ON_CAR] + ['    actuator(["steering actuator"])']
    for (source, target), names in edges.items():
        arrow = '-.->' if target == 'visualizer' else f'-->|"{"<br/>".join(names)}"|'
        lines.append(f'    {source} {arrow} {target}')
    return _mermaid(lines)


def subscriptions(node: str) -> set[Topic]:
    """Return the topics that the file of a node names and the node does not publish."""
    tree = ast.parse((_ROOT / 'wpt_ros' / 'nodes' / f'{node}.py').read_text())
    named = {
        getattr(topics, part.attr)
        for part in ast.walk(tree)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == 'topics'
    }
    return {one for one in named if isinstance(one, Topic) and node not in one.publishers}


def _imports(root: Path, package: str) -> dict[str, set[str]]:
    """Return the rooms of a package: subpackages and files, with what they import.

    An import of another package of ours is the name of that package.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / package).rglob('*.py')):
        room = path.relative_to(root / package).parts[0].removesuffix('.py')
        if room != '__init__':
            found[room] |= {
                parts[1] if parts[0] == package else parts[0]
                for parts in _imported(path)
                if parts[0] in PACKAGES and parts[:2] not in ([package], [package, room])
            }
    return found


def _imported(path: Path) -> Iterator[list[str]]:
    for statement in ast.walk(ast.parse(path.read_text())):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            yield from (f'{statement.module}.{alias.name}'.split('.') for alias in statement.names)
        elif isinstance(statement, ast.Import):
            yield from (alias.name.split('.') for alias in statement.names)


def _layers(package: str, imports: Imports) -> list[list[str]]:
    """Return the rooms by their height above those that import no other, the highest first."""
    heights: dict[str, int] = {}

    def height(room: str, above: tuple[str, ...]) -> int:
        if room in above:
            cycle = ' -> '.join([*above[above.index(room) :], room])
            raise ValueError(f'{package}: import cycle {cycle}; imports go one way')
        if room not in heights:
            below = [height(one, (*above, room)) for one in imports[room] if one in imports]
            heights[room] = 1 + max(below, default=-1)
        return heights[room]

    for room in imports:
        height(room, ())
    files = [room for room in imports if (_ROOT / package / f'{room}.py').is_file()]
    hidden = set(files) if len(files) > _MOST_FILES else set()
    levels: dict[int, list[str]] = defaultdict(list)
    for room in sorted(imports.keys() - hidden):
        levels[heights[room]].append(room)
    return [levels[level] for level in sorted(levels, reverse=True)]


def _mermaid(lines: list[str]) -> str:
    return '\n'.join(['```mermaid', *lines, '```'])
