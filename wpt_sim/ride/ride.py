# SPDX-License-Identifier: Apache-2.0
"""A drive that obeys commands, with a driver in the seat who takes over when there are none."""

from wpt_core.types import Action, LateralCommand, Rig
from wpt_sim.drive import STEP_S, Longitudinal, World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites import Outcome, judge

__all__ = ['Ride']

_REACTION_S = 1.0
"""Until the driver has the wheel; till then the car keeps the curvature that it drives."""


class Ride:
    """One drive; `obey` takes one step of 50 ms."""

    def __init__(
        self, scenario: Scenario, seed: int, *, rig: Rig, longitudinal: Longitudinal
    ) -> None:
        self.world = World(
            scenario, seed, rig=rig, longitudinal=longitudinal, split=Split.EVALUATION
        )
        self.steered = True
        """Whether the last step obeyed a command."""
        self.unsteered_steps = 0
        self._driver = make_driver(EXPERT, self.world)
        self._start_s_m = self.world.road_position.s_m
        self._since_s: float | None = None

    @property
    def done(self) -> bool:
        return self.world.done

    @property
    def distance_m(self) -> float:
        """Driven along the road."""
        return self.world.road_position.s_m - self._start_s_m

    @property
    def outcome(self) -> Outcome:
        """Judged as if it ended now; who needed the driver has not passed, see `passed`."""
        world = self.world
        return judge(world.scenario, world.log, world.road, driver='graph', seed=world.seed)

    @property
    def passed(self) -> bool:
        """The rule is kept, and nobody had to take over."""
        return self.done and not self.unsteered_steps and self.outcome.passed

    @property
    def verdict(self) -> str:
        """Why it has passed or not, in one line."""
        if self.unsteered_steps:
            share_s = self.unsteered_steps * STEP_S
            return f'the driver had to steer for {share_s:.2f} s'
        return '; '.join(self.outcome.verdict.reasons)

    def obey(self, command: LateralCommand | None, acceleration_mps2: float = 0.0) -> None:
        """Take a step; without a valid command the driver in the seat steers, after a moment."""
        seen = self.world.observe(frames=False)
        instead = self._driver.act(seen)
        self.steered = command is not None and command.valid
        if command is not None and command.valid:
            self._since_s = None
            self.world.step(Action(command.curvature_1pm, acceleration_mps2))
            return
        self.unsteered_steps += 1
        if self._since_s is None:
            self._since_s = seen.time_s
        late = seen.time_s - self._since_s < _REACTION_S
        curvature_1pm = seen.curvature_1pm if late else instead.curvature_1pm
        self.world.step(Action(curvature_1pm, instead.acceleration_mps2))
