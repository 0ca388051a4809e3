# SPDX-License-Identifier: Apache-2.0
"""The nodes of a drive in the proving ground: those of a car, and the world."""

from dataclasses import dataclass, replace

from wpt_core.sensing.camera_set import MOST_AGE_S
from wpt_core.types import InputError
from wpt_ros.graph import ON_CAR, CommonParameters, NodeSpec, spec_of
from wpt_sim.drive import STEP_S
from wpt_sim.scenario import Split, draw_episode
from wpt_sim.suites import find_scenario, find_suite

__all__ = ['ScenarioChoice', 'on_proving_ground']


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """Suite, scenario and seed of a drive in the proving ground."""

    suite: str = 'lane_centre'
    scenario: str = ''
    """Empty: the first of the suite."""
    seed: int = 0

    @property
    def calibrated_delay_s(self) -> float:
        """Return the calibrated steering delay of this drive, which differs from the true one."""
        suite = find_suite(self.suite)
        scenario = find_scenario(suite, self.scenario) if self.scenario else suite.scenarios[0]
        return float(draw_episode(scenario, self.seed, Split.EVALUATION).calibrated_delay_s)


def on_proving_ground(common: CommonParameters, choice: ScenarioChoice) -> tuple[NodeSpec, ...]:
    """Return the world and the nodes of a car, set up for lockstep: its clock, reliable topics."""
    if common.compressed:
        raise InputError('compressed: the proving ground publishes raw images; leave it out')
    common = replace(common, use_sim_time=True)
    delay_s = choice.calibrated_delay_s
    # The clock may be one step behind a stamp; images of one step belong together.
    lockstep = {
        'planner': {'steering_delay_s': delay_s, 'wait_s': MOST_AGE_S},
        'controller': {'steering_delay_s': delay_s},
        'gate': {'limits.ahead_s': 1.2 * STEP_S},
        'visualizer': {},
    }
    nodes = [
        spec_of(name, common).with_parameters(reliability='reliable', **lockstep[name])
        for name in ON_CAR
    ]
    world = spec_of('world', common).with_parameters(
        suite=choice.suite,
        scenario=choice.scenario,
        seed=choice.seed,
        reliability='reliable',
        use_sim_time=False,
    )
    return (world, *nodes)
