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
from wpt_ros.graph import CommonParameters, NodeSpec, on_car, on_recording
from wpt_ros.network import ros_variables
from wpt_ros.topics import TOPICS

__all__ = ['drive', 'replay', 'view']

_SHARE = Path(get_package_share_directory('wpt_ros'))
_EVERY = {
    'namespace': ('', 'namespace of all nodes'),
    'log_level': ('info', 'debug, info, warn or error'),
    'discovery': ('localhost', 'localhost, subnet or off: where nodes are discovered'),
    'rviz': ('false', 'true: start RViz as well'),
}
_IMAGE_NODES = {
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
    """Launch the nodes of a car, or with `sim:=true` the proving ground as well."""
    return _description(_drive, {**_IMAGE_NODES, **_DRIVE, **_EVERY})


def replay() -> LaunchDescription:
    """Launch planner and visualizer, and play a recording."""
    return _description(_replay, {**_IMAGE_NODES, **_REPLAY, **_EVERY})


def view() -> LaunchDescription:
    """Launch RViz alone."""
    arguments = {**_VIEW, **_EVERY, 'rviz': ('true', _EVERY['rviz'][1])}
    return _description(_view, arguments)


class _Arguments(dict[str, str]):
    """The launch arguments; each accessor raises InputError for a value it cannot convert."""

    def flag(self, name: str) -> bool:
        word = self[name].lower()
        if word not in ('true', 'false'):
            raise InputError(f'{name}:={self[name]}: expected true or false')
        return word == 'true'

    def integer(self, name: str) -> int:
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
    def common(self) -> CommonParameters:
        return CommonParameters(
            rig=self['rig'],
            model=self['model'],
            compressed=self.flag('compressed'),
            use_sim_time=self.flag('use_sim_time') if 'use_sim_time' in self else False,
            autostart=self.flag('autostart'),
        )


def _view(arguments: _Arguments) -> list[Action]:
    return [_rviz(arguments, arguments['config'], use_sim_time=arguments.flag('use_sim_time'))]


def _drive(arguments: _Arguments) -> list[Action]:
    if not arguments.flag('sim'):
        return _node_actions(on_car(arguments.common), arguments)
    from wpt_ros.proving_ground import (  # a car has no proving ground
        ScenarioChoice,
        on_proving_ground,
    )

    choice = ScenarioChoice(arguments['suite'], arguments['scenario'], arguments.integer('seed'))
    world, *nodes = on_proving_ground(arguments.common, choice)
    return _node_actions((world.with_parameters(ends=True), *nodes), arguments)


def _replay(arguments: _Arguments) -> list[Action]:
    delay_s = arguments.seconds('delay')
    if not Path(arguments['bag']).exists():
        raise InputError(f'bag:={arguments["bag"]}: there is no such file or folder')
    _check_installed('ros2bag', 'or use ./wpt replay, which has its own player')
    words = ['ros2', 'bag', 'play', arguments['bag'], '--clock', '--rate', arguments['rate']]
    words += ['--qos-profile-overrides-path', str(_SHARE / 'config' / 'replay_qos.yaml')]
    words += ['--loop'] if arguments.flag('loop') else []
    nodes = on_recording(arguments.common, reliability='best_effort')
    words += ['--exclude-regex', _published_by(nodes, arguments['namespace'])]
    player = ExecuteProcess(cmd=words, output='screen')
    return [*_node_actions(nodes, arguments), TimerAction(period=delay_s, actions=[player])]


def _published_by(specs: Sequence[NodeSpec], namespace: str) -> str:
    """Return a pattern of the topics that these nodes publish, to leave them out of playback."""
    nodes = {spec.name for spec in specs}
    names = [topic.name for topic in TOPICS if nodes.issuperset(topic.publishers)]
    either = '|'.join(names).replace('{camera}', '[^/]+')
    inside = f'/{namespace.strip("/")}'.rstrip('/')
    return f'{inside}/({either})'


def _node_actions(specs: Sequence[NodeSpec], arguments: _Arguments) -> list[Action]:
    nodes = [
        Node(
            package='wpt_ros',
            executable=spec.name,
            name=spec.name,
            namespace=arguments['namespace'],
            parameters=[
                {name: _plain(value) for name, value in spec.parameters.items()},
                *([arguments['params_file']] if arguments['params_file'] else []),
            ],
            ros_arguments=['--log-level', arguments['log_level'], '--enclave', f'/{spec.name}'],
            output='screen',
            respawn=spec.respawn,
            respawn_delay=1.0,
            on_exit=partial(_on_exit, spec),
        )
        for spec in specs
    ]
    timed = any(spec.parameters.get('use_sim_time') for spec in specs)
    shown = [_rviz(arguments, 'drive', use_sim_time=timed)] if arguments.flag('rviz') else []
    return [*nodes, *shown]


def _on_exit(spec: NodeSpec, event: ProcessExited, context: LaunchContext) -> list[Action]:
    """Shut the launch down when a node ends that is not restarted; an error gives exit code 1."""
    if context.is_shutdown:
        return []
    if event.returncode == CANNOT_CONFIGURE:
        raise WptError(f'{spec.name} cannot be configured; see its last log line')
    if spec.respawn:
        return []
    if event.returncode != 0:
        what = 'the drive has failed' if event.returncode == DRIVE_FAILED else 'it has crashed'
        raise WptError(f'{spec.name} ended with exit code {event.returncode}: {what}')
    return [Shutdown(reason=f'{spec.name} is done')]


def _rviz(arguments: _Arguments, config: str, *, use_sim_time: bool) -> Action:
    file = _SHARE / 'rviz' / f'{config}.rviz'
    if not file.is_file():
        known = ', '.join(sorted(path.stem for path in file.parent.glob('*.rviz')))
        raise InputError(f'config:={config}: expected one of {known}')
    _check_installed('rviz2', 'or leave rviz:=true out')
    return Node(
        package='rviz2',
        executable='rviz2',
        namespace=arguments['namespace'],
        arguments=['-d', str(file)],
        parameters=[{'use_sim_time': use_sim_time}],
        output='screen',
    )


def _check_installed(package: str, otherwise: str) -> None:
    """Check before any process starts: a launch that fails later leaves processes running."""
    try:
        get_package_prefix(package)
    except PackageNotFoundError as error:
        distribution = os.environ.get('ROS_DISTRO', 'jazzy')
        name = f'ros-{distribution}-{package}'
        raise InputError(f'{package} is not installed; install {name}, {otherwise}') from error


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _description(
    make: Callable[[_Arguments], list[Action]], arguments: Mapping[str, tuple[str | None, str]]
) -> LaunchDescription:
    def setup(context: LaunchContext) -> list[Action]:
        given = _Arguments(
            {name: LaunchConfiguration(name).perform(context) for name in arguments}
        )
        profile = _SHARE / 'config' / 'fastdds.xml'
        variables = ros_variables(profile, os.environ, discovery=given['discovery'])
        return [*(SetEnvironmentVariable(*pair) for pair in variables.items()), *make(given)]

    declared = [
        DeclareLaunchArgument(name, default_value=default, description=meaning)
        for name, (default, meaning) in arguments.items()
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=setup)])
