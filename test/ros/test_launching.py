# SPDX-License-Identifier: Apache-2.0
"""The launch files say what the table of nodes says; on a machine with ROS's own launch."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('launch', reason="ROS's own `launch` is not among the wheels")
pytest.importorskip('launch_ros', reason='`launch_ros` is not among the wheels')
pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

import launch
import launch_ros

from wpt_core.types import InputError, WptError
from wpt_ros.executables import CANNOT_CONFIGURE, DRIVE_FAILED
from wpt_ros.launching import drive, replay, view


def started(description: Any, **arguments: str) -> dict[str, Any]:
    """What a launch would start, by executable, with arguments as on the command line."""
    context = launch.LaunchContext()
    context.launch_configurations.update(arguments)
    return {_name(entity, context): entity for entity in _actions(description, context)}


def _actions(description: Any, context: Any) -> Iterator[Any]:
    for entity in description.entities:
        if isinstance(entity, launch.actions.OpaqueFunction):
            for action in entity.execute(context):
                late = isinstance(action, launch.actions.TimerAction)
                for one in action.actions if late else (action,):
                    if isinstance(one, launch.actions.ExecuteProcess):
                        yield one
        else:
            entity.execute(context)


def _name(action: Any, context: Any) -> str:
    if isinstance(action, launch_ros.actions.Node):
        return str(action.node_executable)
    return ' '.join(words(action, context)[:3])


def words(action: Any, context: Any = None) -> list[str]:
    context = context or launch.LaunchContext()
    return [''.join(part.perform(context) for part in parts) for parts in action.cmd]


def parameters(node: Any) -> dict[str, Any]:
    """Of a node, before those of a file."""
    context = launch.LaunchContext()
    (first, *_) = launch_ros.utilities.evaluate_parameters(context, node._Node__parameters)
    assert isinstance(first, dict)
    return first


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Markers of the packages that are needed besides ours; no others are to be found."""
    markers = tmp_path / 'share/ament_index/resource_index/packages'
    markers.mkdir(parents=True)
    for package in ('rviz2', 'ros2bag'):
        (markers / package).touch()
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    return markers


def test_what_is_not_installed_is_said_before_anything_is_started(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('ROS_DISTRO', 'kilted')
    (installed / 'rviz2').unlink()
    with pytest.raises(InputError, match='rviz2 is not installed; install ros-kilted-rviz2'):
        started(drive(), sim='true', rviz='true')
    assert 'rviz2' not in started(drive(), sim='true')
    (installed / 'ros2bag').unlink()
    with pytest.raises(InputError, match='ros2bag is not installed; install ros-kilted-ros2bag'):
        started(replay(), bag=str(tmp_path))


def test_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'bag:=.*nowhere: there is no such file or folder'):
        started(replay(), bag=str(tmp_path / 'nowhere'))


def test_on_the_car_four_nodes_start_again_when_they_die() -> None:
    nodes = started(drive())
    assert set(nodes) == {'planner', 'controller', 'gate', 'visualizer'}
    assert not any(parameters(node)['use_sim_time'] for node in nodes.values())


def test_the_proving_ground_has_its_clock_and_rviz_goes_by_it() -> None:
    nodes = started(drive(), sim='true', rviz='true')
    assert set(nodes) == {'world', 'planner', 'controller', 'gate', 'visualizer', 'rviz2'}
    assert parameters(nodes['rviz2'])['use_sim_time'] is True
    assert parameters(nodes['world'])['use_sim_time'] is False


def test_rviz_on_the_car_goes_by_its_clock() -> None:
    assert parameters(started(drive(), rviz='true')['rviz2'])['use_sim_time'] is False
    assert parameters(started(view(), use_sim_time='true')['rviz2'])['use_sim_time'] is True


@pytest.mark.parametrize(
    ('namespace', 'prefix'), [('', '/'), ('ego', '/ego/'), ('/a/b/', '/a/b/')]
)
def test_what_is_said_anew_is_not_played(tmp_path: Path, namespace: str, prefix: str) -> None:
    actions = started(replay(), bag=str(tmp_path), namespace=namespace)
    play = words(actions['ros2 bag play'])
    left_out = re.compile(play[play.index('--exclude-regex') + 1])
    for name in ('plan', 'plan/path', 'planner/status', 'markers', 'front/overlay'):
        assert left_out.fullmatch(prefix + name), name
    for name in ('odometry', 'front/image_raw', 'gate/state', 'command', 'other/plan'):
        assert not left_out.fullmatch(prefix + name), name
    assert set(actions) == {'planner', 'visualizer', 'ros2 bag play'}


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        ({'sim': 'maybe'}, 'sim:=maybe: expected true or false'),
        ({'sim': 'true', 'seed': 'x'}, 'seed:=x: expected a whole number'),
    ],
)
def test_a_wrong_argument_is_one_sentence(arguments: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        started(drive(), **arguments)


def test_an_unknown_view_names_those_there_are() -> None:
    with pytest.raises(InputError, match='config:=nonsense: expected one of debug, drive'):
        started(view(), config='nonsense')


@pytest.mark.parametrize('delay', ['soon', '-1', 'nan', 'inf'])
def test_the_recording_waits_for_seconds(delay: str) -> None:
    with pytest.raises(InputError, match=f'delay:={delay}: expected seconds, 0 or more'):
        started(replay(), bag='x', delay=delay)


def after(node: Any, returncode: int) -> Any:
    """What the launch does when the process of this node ends with this code."""
    event = launch.events.process.ProcessExited(
        action=node, name='', cmd=[], cwd=None, env=None, pid=1, returncode=returncode
    )
    return node._ExecuteLocal__on_exit(event, launch.LaunchContext())


def test_a_node_that_cannot_be_configured_ends_the_launch() -> None:
    for name, node in started(drive(), sim='true').items():
        with pytest.raises(WptError, match=f'{name} cannot be configured'):
            after(node, CANNOT_CONFIGURE)


def test_a_crash_of_a_node_that_is_started_again_does_not() -> None:
    for node in started(drive()).values():
        assert after(node, 1) == after(node, -11) == []


def test_the_end_of_the_drive_ends_the_launch_with_its_verdict() -> None:
    world = started(drive(), sim='true')['world']
    assert parameters(world)['ends'] is True
    (action,) = after(world, 0)
    assert isinstance(action, launch.actions.Shutdown)
    with pytest.raises(WptError, match='exit code 3: the drive has failed'):
        after(world, DRIVE_FAILED)
    with pytest.raises(WptError, match='exit code -11: it has crashed'):
        after(world, -11)
