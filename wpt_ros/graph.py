# SPDX-License-Identifier: Apache-2.0
"""The one table of nodes: which of them a task needs, and with which parameters.

`./wpt` starts them as plain processes, the launch files with `launch_ros`; both read this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wpt_core.sensing.camera_set import MOST_AGE_S
from wpt_core.types import InputError
from wpt_core.world.drive import STEP_S
from wpt_core.world.scenario import Split, draw
from wpt_core.world.suites import find, find_scenario

__all__ = ['NODES', 'Common', 'NodeSpec', 'Scene', 'on_car', 'on_proving_ground', 'on_recording']

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
_ON_CAR = ('planner', 'controller', 'gate', 'visualizer')
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


@dataclass(frozen=True, slots=True)
class Scene:
    """Which drive of the proving ground."""

    suite: str = 'lane_centre'
    scenario: str = ''
    """Empty: the first of the suite."""
    seed: int = 0

    @property
    def calibrated_delay_s(self) -> float:
        """Of the steering, as the car of this drive was calibrated: not quite the truth."""
        suite = find(self.suite)
        scenario = find_scenario(suite, self.scenario) if self.scenario else suite.scenarios[0]
        return float(draw(scenario, self.seed, Split.EVALUATION).believed_delay_s)


def on_car(common: Common) -> tuple[NodeSpec, ...]:
    """What drives: cameras and odometry come from the car."""
    return tuple(_spec(name, common) for name in _ON_CAR)


def on_proving_ground(common: Common, scene: Scene) -> tuple[NodeSpec, ...]:
    """The same, and the world around it; in lockstep, hence on its clock and without losses."""
    if common.compressed:
        raise InputError('compressed: the cameras of the proving ground send raw pictures')
    common = replace(common, use_sim_time=True)
    delay_s = scene.calibrated_delay_s
    # A clock that steps may be one step behind a stamp; pictures of one step belong together.
    lockstep = {
        'planner': {'steering_delay_s': delay_s, 'wait_s': MOST_AGE_S},
        'controller': {'steering_delay_s': delay_s},
        'gate': {'limits.ahead_s': 1.2 * STEP_S},
        'visualizer': {},
    }
    nodes = [
        _spec(name, common).given(reliability='reliable', **lockstep[name]) for name in _ON_CAR
    ]
    world = _spec('world', common).given(
        suite=scene.suite,
        scenario=scene.scenario,
        seed=scene.seed,
        reliability='reliable',
        use_sim_time=False,
    )
    return (world, *nodes)


def on_recording(common: Common, *, reliability: str = 'reliable') -> tuple[NodeSpec, ...]:
    """What looks at a recording; who plays it is the caller's choice.

    Our player offers everything reliably, `ros2 bag play` as it was recorded: `best_effort`
    hears both.
    """
    common = replace(common, use_sim_time=True)
    return tuple(_spec(name, common).given(reliability=reliability) for name in _SEEING)


def _spec(name: str, common: Common) -> NodeSpec:
    return NODES[name].given(**common.parameters(name))
