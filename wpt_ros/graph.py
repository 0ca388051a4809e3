# SPDX-License-Identifier: Apache-2.0
"""The table of nodes: which nodes a task needs, and with which parameters.

`./wpt` starts them as processes, the launch files with `launch_ros`; both read this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ['NODES', 'ON_CAR', 'CommonParameters', 'NodeSpec', 'on_car', 'on_recording', 'spec_of']

Value = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One process with one node; the executable has the name of the node."""

    name: str
    meaning: str
    parameters: Mapping[str, Value] = field(default_factory=dict)
    respawn: bool = True
    """Restart the process when it dies."""

    def with_parameters(self, **parameters: Value) -> 'NodeSpec':
        """Return a copy with additional parameters."""
        return replace(self, parameters={**self.parameters, **parameters})


NODES = {
    node.name: node
    for node in (
        NodeSpec('planner', 'plans a trajectory from camera images'),
        NodeSpec('controller', 'computes a curvature command from the plan'),
        NodeSpec('gate', 'checks every command before the actuator, and hands over to the driver'),
        NodeSpec('visualizer', 'publishes markers for RViz, and images with the plan drawn in'),
        NodeSpec('world', 'simulates the car: the proving ground', respawn=False),
        NodeSpec('player', 'plays a recording', respawn=False),
    )
}
ON_CAR = ('planner', 'controller', 'gate', 'visualizer')
_USE_IMAGES = ('planner', 'visualizer')


@dataclass(frozen=True, slots=True)
class CommonParameters:
    """Parameters that several nodes of a task share."""

    rig: str = ''
    """Rig file; empty: the six cameras of the proving ground."""
    model: str = ''
    """Folder of a student; empty: the shipped one."""
    compressed: bool = False
    """The cameras publish jpeg or png."""
    use_sim_time: bool = False
    """Take the time from /clock."""
    autostart: bool = True
    """Configure and activate the nodes without a lifecycle manager."""

    def parameters(self, node: str) -> dict[str, Value]:
        values: dict[str, Value] = {'use_sim_time': self.use_sim_time, 'autostart': self.autostart}
        if node in (*_USE_IMAGES, 'world'):
            values['rig'] = self.rig
        if node in _USE_IMAGES:
            values['compressed'] = self.compressed
        if node == 'planner':
            values['model'] = self.model
        return values


def on_car(common: CommonParameters) -> tuple[NodeSpec, ...]:
    """Return the nodes that drive a car; cameras and odometry come from the car."""
    return tuple(spec_of(name, common) for name in ON_CAR)


def on_recording(
    common: CommonParameters, *, reliability: str = 'reliable'
) -> tuple[NodeSpec, ...]:
    """Return the nodes that process a recording, without the player.

    Our player publishes reliably, `ros2 bag play` as recorded: `best_effort` receives both.
    """
    common = replace(common, use_sim_time=True)
    return tuple(
        spec_of(name, common).with_parameters(reliability=reliability) for name in _USE_IMAGES
    )


def spec_of(name: str, common: CommonParameters) -> NodeSpec:
    return NODES[name].with_parameters(**common.parameters(name))
