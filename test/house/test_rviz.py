# SPDX-License-Identifier: Apache-2.0
"""The RViz configurations show what the graph says: its topics, types, qualities and frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from wpt_core.sensing import surround_rig
from wpt_ros.topics import TOPICS, TRANSFORMS, Quality, Topic

FILES = ('debug.rviz', 'drive.rviz')
SHOWN = {
    'rviz_default_plugins/Image': 'sensor_msgs/msg/Image',
    'rviz_default_plugins/MarkerArray': 'visualization_msgs/msg/MarkerArray',
    'rviz_default_plugins/Path': 'nav_msgs/msg/Path',
}
WITHOUT_TOPIC = {
    'rviz_default_plugins/Axes',
    'rviz_default_plugins/Grid',
    'rviz_default_plugins/TF',
}
"""TF hears the topic of transforms without being told."""
FRAMES = {'base_link', 'odom'}
OVERLAYS = {f'{camera}/overlay' for camera in surround_rig().names}
EXPECTED = {
    'drive.rviz': {'markers', 'plan/path', 'front/overlay'},
    'debug.rviz': {'markers', 'plan/path', 'front/image_raw', *OVERLAYS},
}


def topics() -> dict[str, Topic]:
    """By name, relative so that RViz has the namespace of the graph, for each default camera."""
    each = (topic.of(camera) for topic in TOPICS for camera in surround_rig().names)
    return {topic.name: topic for topic in each}


def faults(document: Any) -> Iterator[str]:
    """What a configuration shows that the graph does not say, or not in that way."""
    manager = document['Visualization Manager']
    frame = manager['Global Options']['Fixed Frame']
    if frame not in FRAMES:
        yield f'fixed frame {frame}'
    for display in manager['Displays']:
        yield from (f'{display["Name"]}: {fault}' for fault in display_faults(display))
    for view in (manager['Views']['Current'], *manager['Views']['Saved']):
        if view['Target Frame'] not in FRAMES:
            yield f'{view["Name"]}: target frame {view["Target Frame"]}'


def display_faults(display: dict[str, Any]) -> Iterator[str]:
    if display.get('Reference Frame', 'base_link') not in FRAMES:
        yield f'reference frame {display["Reference Frame"]}'
    if display['Class'] not in SHOWN:
        if display['Class'] not in WITHOUT_TOPIC or 'Topic' in display:
            yield f'class {display["Class"]} is none that is known here'
        return
    shown = display['Topic']
    topic = topics().get(shown['Value'])
    if topic is None:
        yield f'topic {shown["Value"]} is no topic'
    elif topic.type_name != SHOWN[display['Class']]:
        yield f'topic {shown["Value"]} carries {topic.type_name}'
    elif not suits(shown, topic.quality):
        yield f'topic {shown["Value"]} has another quality of service than {topic.quality.name}'


def suits(topic: dict[str, Any], quality: Quality) -> bool:
    """Does it hear what is sent so, and no worse than it can?"""
    reliability = 'Best Effort' if quality is Quality.SENSOR else 'Reliable'
    durability = 'Transient Local' if quality is Quality.LATCHED else 'Volatile'
    given = topic['Reliability Policy'], topic['Durability Policy'], topic['History Policy']
    return given == (reliability, durability, 'Keep Last')


def load(root: Path, name: str) -> Any:
    return yaml.safe_load((root / 'rviz' / name).read_text())


def test_these_are_all_files(root: Path) -> None:
    assert sorted(path.name for path in (root / 'rviz').glob('*.rviz')) == list(FILES)


@pytest.mark.parametrize('name', FILES)
def test_every_display_shows_a_wire_as_it_is_sent(root: Path, name: str) -> None:
    document = load(root, name)
    assert list(faults(document)) == []
    displays = document['Visualization Manager']['Displays']
    assert {one['Topic']['Value'] for one in displays if 'Topic' in one} == EXPECTED[name]
    names = [one['Name'] for one in displays]
    assert len(set(names)) == len(names)
    assert f'/{TRANSFORMS.name.lstrip("/")}' == '/tf'


@pytest.mark.parametrize('name', FILES)
def test_everything_else_comes_with_rviz_itself(root: Path, name: str) -> None:
    document = load(root, name)
    manager = document['Visualization Manager']
    views = (manager['Views']['Current'], *manager['Views']['Saved'])
    plugins = [one['Class'] for one in (*manager['Displays'], *manager['Tools'], *views)]
    assert all(one.startswith('rviz_default_plugins/') for one in plugins)
    assert all(one['Class'].startswith('rviz_common/') for one in document['Panels'])


@pytest.mark.parametrize('name', FILES)
def test_the_panels_have_their_places(root: Path, name: str) -> None:
    """Qt finds the place of a panel by its name, in UTF-16; a new name would have none."""
    document = load(root, name)
    state = bytes.fromhex(document['Window Geometry']['QMainWindow State'])
    displays = document['Visualization Manager']['Displays']
    images = [one['Name'] for one in displays if one['Class'].endswith('/Image')]
    for panel in (*images, *(one['Name'] for one in document['Panels'])):
        assert panel.encode('utf-16-be') in state


BREACHES = [
    ('Fixed Frame', 'map', 'fixed frame map'),
    ('Reference Frame', 'world', 'Ground: reference frame world'),
    ('Target Frame', 'map', 'Behind and above: target frame map'),
    ('Value', '/front/nothing', 'topic /front/nothing is no topic'),
    ('Value', 'gate/state', 'topic gate/state carries wpt_msgs/msg/DriveState'),
    ('Reliability Policy', 'Reliable', 'topic front/overlay has another quality of service'),
    ('Durability Policy', 'Transient Local', 'topic markers has another quality of service'),
    ('Class', 'rviz_common/Group', 'class rviz_common/Group is none'),
]


@pytest.mark.parametrize(('key', 'value', 'fault'), BREACHES)
def test_a_breach_is_noticed(root: Path, key: str, value: str, fault: str) -> None:
    document = changed(load(root, 'drive.rviz'), key, value)
    assert any(one.startswith(fault) or fault in one for one in faults(document))


def changed(node: Any, key: str, value: str) -> Any:
    """The same with this value wherever there is such a key."""
    if isinstance(node, dict):
        return {
            name: value if name == key and isinstance(inner, str) else changed(inner, key, value)
            for name, inner in node.items()
        }
    return [changed(inner, key, value) for inner in node] if isinstance(node, list) else node
