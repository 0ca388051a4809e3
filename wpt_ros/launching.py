# SPDX-License-Identifier: Apache-2.0
"""The launch descriptions of `launch/`: arguments, and nodes from the table in `graph.py`."""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)
from launch import LaunchContext, LaunchDescription
from launch.action import Action
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    OpaqueFunction,
    SetEnvironmentVariable,
    Shutdown,
    TimerAction,
)
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from wpt_core.types import InputError, WptError
from wpt_ros.executables import CANNOT_CONFIGURE, DRIVE_FAILED
from wpt_ros.graph import Common, NodeSpec, on_car, on_recording
from wpt_ros.network import network
from wpt_ros.topics import TOPICS

__all__ = ['drive', 'replay', 'view']

_SHARE = Path(get_package_share_directory('wpt_ros'))
_EVERY = {
    'namespace': ('', 'namespace of all nodes'),
    'log_level': ('info', 'debug, info, warn or error'),
    'discovery': ('localhost', 'localhost, subnet or off: where nodes are discovered'),
    'rviz': ('false', 'true: start RViz as well'),
}
_SEEING = {
    'params_file': ('', 'YAML file with parameters of the nodes'),
    'rig': ('', 'rig file of the cameras; empty: the six cameras of the proving ground'),
    'model': ('', 'folder of a student; empty: the shipped one'),
    'compressed': ('false', 'true: the cameras publish jpeg or png'),
    'autostart': ('true', 'false: wait for a lifecycle manager'),
}
_DRIVE = {
    'use_sim_time': ('false', 'true: take the time from /clock'),
    'sim': ('false', 'true: drive in the simulator (proving ground)'),
    'suite': ('lane_centre', 'suite of the proving ground'),
    'scenario': ('', 'scenario of the suite; empty: its first'),
    'seed': ('0', 'seed of the scenario'),
}
_REPLAY = {
    'bag': (None, 'recording: bag folder or one file of it'),
    'rate': ('1.0', 'playback speed'),
    'delay': ('5.0', 'seconds before playback starts, for the planner to load its network'),
    'loop': ('false', 'true: repeat the recording'),
}
_VIEW = {
    'config': ('drive', 'RViz configuration: drive or debug'),
    'use_sim_time': ('false', 'true: take the time from /clock, as in the proving ground'),
}


def drive() -> LaunchDescription:
    """On the car, or in the proving ground."""
    return _description(_drive, {**_SEEING, **_DRIVE, **_EVERY})


def replay() -> LaunchDescription:
    """A recording through the planner."""
    return _description(_replay, {**_SEEING, **_REPLAY, **_EVERY})


def view() -> LaunchDescription:
    """RViz alone."""
    arguments = {**_VIEW, **_EVERY, 'rviz': ('true', _EVERY['rviz'][1])}
    return _description(_view, arguments)


class _Given(dict[str, str]):
    """The arguments of a launch."""

    def yes(self, name: str) -> bool:
        word = self[name].lower()
        if word not in ('true', 'false'):
            raise InputError(f'{name}:={self[name]}: expected true or false')
        return word == 'true'

    def whole(self, name: str) -> int:
        try:
            return int(self[name])
        except ValueError as error:
            raise InputError(f'{name}:={self[name]}: expected a whole number') from error

    def seconds(self, name: str) -> float:
        try:
            found = float(self[name])
        except ValueError:
            found = math.nan
        if not 0.0 <= found < math.inf:
            raise InputError(f'{name}:={self[name]}: expected seconds, 0 or more')
        return found

    @property
    def common(self) -> Common:
        return Common(
            rig=self['rig'],
            model=self['model'],
            compressed=self.yes('compressed'),
            use_sim_time=self.yes('use_sim_time') if 'use_sim_time' in self else False,
            autostart=self.yes('autostart'),
        )


def _view(given: _Given) -> list[Action]:
    return [_rviz(given, given['config'], use_sim_time=given.yes('use_sim_time'))]


def _drive(given: _Given) -> list[Action]:
    if not given.yes('sim'):
        return _started(on_car(given.common), given)
    from wpt_ros.scene import Scene, on_proving_ground  # a car has no proving ground

    scene = Scene(given['suite'], given['scenario'], given.whole('seed'))
    world, *nodes = on_proving_ground(given.common, scene)
    return _started((world.given(ends=True), *nodes), given)


def _replay(given: _Given) -> list[Action]:
    delay_s = given.seconds('delay')
    if not Path(given['bag']).exists():
        raise InputError(f'bag:={given["bag"]}: there is no such file or folder')
    _check_installed('ros2bag', 'or take ./wpt replay, which plays by itself')
    words = ['ros2', 'bag', 'play', given['bag'], '--clock', '--rate', given['rate']]
    words += ['--qos-profile-overrides-path', str(_SHARE / 'config' / 'replay_qos.yaml')]
    words += ['--loop'] if given.yes('loop') else []
    nodes = on_recording(given.common, reliability='best_effort')
    words += ['--exclude-regex', _said_by(nodes, given['namespace'])]
    player = ExecuteProcess(cmd=words, output='screen')
    return [*_started(nodes, given), TimerAction(period=delay_s, actions=[player])]


def _said_by(specs: Sequence[NodeSpec], namespace: str) -> str:
    """Pattern of the topics that these nodes publish; recorded messages of them are not played."""
    nodes = {spec.name for spec in specs}
    names = [topic.name for topic in TOPICS if nodes.issuperset(topic.publishers)]
    either = '|'.join(names).replace('{camera}', '[^/]+')
    inside = f'/{namespace.strip("/")}'.rstrip('/')
    return f'{inside}/({either})'


def _started(specs: Sequence[NodeSpec], given: _Given) -> list[Action]:
    nodes = [
        Node(
            package='wpt_ros',
            executable=spec.name,
            name=spec.name,
            namespace=given['namespace'],
            parameters=[
                {name: _plain(value) for name, value in spec.parameters.items()},
                *([given['params_file']] if given['params_file'] else []),
            ],
            ros_arguments=['--log-level', given['log_level'], '--enclave', f'/{spec.name}'],
            output='screen',
            respawn=spec.respawn,
            respawn_delay=1.0,
            on_exit=partial(_on_exit, spec),
        )
        for spec in specs
    ]
    timed = any(spec.parameters.get('use_sim_time') for spec in specs)
    shown = [_rviz(given, 'drive', use_sim_time=timed)] if given.yes('rviz') else []
    return [*nodes, *shown]


def _on_exit(spec: NodeSpec, event: ProcessExited, context: LaunchContext) -> list[Action]:
    """End the launch with a node that is not started again; an error becomes its exit code 1."""
    if context.is_shutdown:
        return []
    if event.returncode == CANNOT_CONFIGURE:
        raise WptError(f'{spec.name} cannot be configured; its last line says why')
    if spec.respawn:
        return []
    if event.returncode != 0:
        what = 'the drive has failed' if event.returncode == DRIVE_FAILED else 'it has crashed'
        raise WptError(f'{spec.name} has ended with exit code {event.returncode}: {what}')
    return [Shutdown(reason=f'{spec.name} is done')]


def _rviz(given: _Given, config: str, *, use_sim_time: bool) -> Action:
    file = _SHARE / 'rviz' / f'{config}.rviz'
    if not file.is_file():
        known = ', '.join(sorted(path.stem for path in file.parent.glob('*.rviz')))
        raise InputError(f'config:={config}: expected one of {known}')
    _check_installed('rviz2', 'or leave rviz:=true away')
    return Node(
        package='rviz2',
        executable='rviz2',
        namespace=given['namespace'],
        arguments=['-d', str(file)],
        parameters=[{'use_sim_time': use_sim_time}],
        output='screen',
    )


def _check_installed(package: str, otherwise: str) -> None:
    """Before anything is started: a launch that fails later leaves behind what runs by then."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError as error:
        distribution = os.environ.get('ROS_DISTRO', 'jazzy')
        name = f'ros-{distribution}-{package}'
        raise InputError(f'{package} is not installed; install {name}, {otherwise}') from error


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _description(
    make: Callable[[_Given], list[Action]], arguments: Mapping[str, tuple[str | None, str]]
) -> LaunchDescription:
    def setup(context: LaunchContext) -> list[Action]:
        given = _Given({name: LaunchConfiguration(name).perform(context) for name in arguments})
        profile = _SHARE / 'config' / 'fastdds.xml'
        variables = network(profile, os.environ, discovery=given['discovery'])
        return [*(SetEnvironmentVariable(*pair) for pair in variables.items()), *make(given)]

    declared = [
        DeclareLaunchArgument(name, default_value=default, description=meaning)
        for name, (default, meaning) in arguments.items()
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=setup)])
