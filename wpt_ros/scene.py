# SPDX-License-Identifier: Apache-2.0
"""The nodes that drive the proving ground: those of a car, and the world."""

from dataclasses import dataclass, replace

from wpt_core.sensing.camera_set import MOST_AGE_S
from wpt_core.types import InputError
from wpt_ros.graph import ON_CAR, Common, NodeSpec, spec_of
from wpt_sim.drive import STEP_S
from wpt_sim.scenario import Split, draw_episode
from wpt_sim.suites import find_scenario, find_suite

__all__ = ['Scene', 'on_proving_ground']


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
        suite = find_suite(self.suite)
        scenario = find_scenario(suite, self.scenario) if self.scenario else suite.scenarios[0]
        return float(draw_episode(scenario, self.seed, Split.EVALUATION).believed_delay_s)


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
        spec_of(name, common).given(reliability='reliable', **lockstep[name]) for name in ON_CAR
    ]
    world = spec_of('world', common).given(
        suite=scene.suite,
        scenario=scene.scenario,
        seed=scene.seed,
        reliability='reliable',
        use_sim_time=False,
    )
    return (world, *nodes)
