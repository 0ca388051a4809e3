# SPDX-License-Identifier: Apache-2.0
"""A drive that executes lateral commands, with the expert as fallback driver."""

from wpt_core.types import Action, LateralCommand, Rig
from wpt_sim.drive import STEP_S, Longitudinal, World
from wpt_sim.drivers import EXPERT, make_driver
from wpt_sim.scenario import Scenario, Split
from wpt_sim.suites import Outcome, judge

__all__ = ['CommandedDrive']

_REACTION_S = 1.0
"""Time until the fallback driver steers; until then the car keeps its curvature."""


class CommandedDrive:
    """One drive; `step` advances it by 50 ms."""

    def __init__(
        self, scenario: Scenario, seed: int, *, rig: Rig, longitudinal: Longitudinal
    ) -> None:
        self.world = World(
            scenario, seed, rig=rig, longitudinal=longitudinal, split=Split.EVALUATION
        )
        self.steered = True
        """Whether the last step executed a command."""
        self.unsteered_steps = 0
        self._driver = make_driver(EXPERT, self.world)
        self._start_s_m = self.world.road_position.s_m
        self._unsteered_since_s: float | None = None

    @property
    def done(self) -> bool:
        return self.world.done

    @property
    def distance_m(self) -> float:
        """Driven along the road."""
        return self.world.road_position.s_m - self._start_s_m

    @property
    def outcome(self) -> Outcome:
        """Result as if the drive ended now, without regard to the fallback; see `passed`."""
        world = self.world
        return judge(world.scenario, world.log, world.road, driver='graph', seed=world.seed)

    @property
    def passed(self) -> bool:
        """Whether the drive has ended, met its rule and never needed the fallback driver."""
        return self.done and not self.unsteered_steps and self.outcome.passed

    @property
    def verdict(self) -> str:
        """Reason for the result, in one line."""
        if self.unsteered_steps:
            unsteered_s = self.unsteered_steps * STEP_S
            return f'the driver had to steer for {unsteered_s:.2f} s'
        return '; '.join(self.outcome.verdict.reasons)

    def step(self, command: LateralCommand | None, acceleration_mps2: float = 0.0) -> None:
        """Take one step; without a valid command the driver steers after its reaction time."""
        observation = self.world.observe(frames=False)
        fallback = self._driver.act(observation)
        self.steered = command is not None and command.valid
        if command is not None and command.valid:
            self._unsteered_since_s = None
            self.world.step(Action(command.curvature_1pm, acceleration_mps2))
            return
        self.unsteered_steps += 1
        if self._unsteered_since_s is None:
            self._unsteered_since_s = observation.time_s
        reacting = observation.time_s - self._unsteered_since_s < _REACTION_S
        curvature_1pm = observation.curvature_1pm if reacting else fallback.curvature_1pm
        self.world.step(Action(curvature_1pm, fallback.acceleration_mps2))
