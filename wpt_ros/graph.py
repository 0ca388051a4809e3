# SPDX-License-Identifier: Apache-2.0
"""The one table of nodes: which of them a task needs, and with which parameters.

`./wpt` starts them as plain processes, the launch files with `launch_ros`; both read this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ['NODES', 'ON_CAR', 'Common', 'NodeSpec', 'on_car', 'on_recording', 'spec_of']

Value = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One process with one node: the executable has the name of the node."""

    name: str
    meaning: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    respawn: bool = True
    """Started again when it dies."""

    def given(self, **parameters: Value) -> 'NodeSpec':
        """The same with these parameters as well."""
        return replace(self, parameters={**self.parameters, **parameters})


NODES = {
    node.name: node
    for node in (
        NodeSpec('planner', 'pictures to a plan'),
        NodeSpec('controller', 'a plan to a curvature'),
        NodeSpec('gate', 'the last word before the actuator'),
        NodeSpec('visualizer', 'markers for RViz, the plan on the pictures'),
        NodeSpec('world', 'the proving ground as a car', respawn=False),
        NodeSpec('player', 'a recording as topics', respawn=False),
    )
}
ON_CAR = ('planner', 'controller', 'gate', 'visualizer')
_SEEING = ('planner', 'visualizer')


@dataclass(frozen=True, slots=True)
class Common:
    """What a task is told about the car and about all of its nodes."""

    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    model: str = ''
    """Folder of a student; empty: the one that is shipped."""
    compressed: bool = False
    """The cameras send jpeg or png."""
    use_sim_time: bool = False
    """Time comes from /clock."""
    autostart: bool = True
    """Without a lifecycle manager."""

    def parameters(self, node: str) -> dict[str, Value]:
        given: dict[str, Value] = {'use_sim_time': self.use_sim_time, 'autostart': self.autostart}
        if node in ('planner', 'visualizer', 'world'):
            given['rig'] = self.rig
        if node in _SEEING:
            given['compressed'] = self.compressed
        if node == 'planner':
            given['model'] = self.model
        return given


def on_car(common: Common) -> tuple[NodeSpec, ...]:
    """What drives: cameras and odometry come from the car."""
    return tuple(spec_of(name, common) for name in ON_CAR)


def on_recording(common: Common, *, reliability: str = 'reliable') -> tuple[NodeSpec, ...]:
    """What looks at a recording; who plays it is the caller's choice.

    Our player offers everything reliably, `ros2 bag play` as it was recorded: `best_effort`
    hears both.
    """
    common = replace(common, use_sim_time=True)
    return tuple(spec_of(name, common).given(reliability=reliability) for name in _SEEING)


def spec_of(name: str, common: Common) -> NodeSpec:
    return NODES[name].given(**common.parameters(name))
