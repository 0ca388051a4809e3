# SPDX-License-Identifier: Apache-2.0
"""One rollout in the proving ground: a world, the expert's line, pushes off the line."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from training.simulators.protocol import TimeStep
from training.simulators.proving_ground.road_truth import RoadLine, RoadTruth, situation
from training.simulators.proving_ground.scenarios import training_scenario
from training.simulators.proving_ground.variation import OffsetDriver, Perturbation, misaligned
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Observation, Rig
from wpt_sim.drive import Longitudinal, World
from wpt_sim.drivers import Driver, Expert
from wpt_sim.scenario import Scenario, Split

__all__ = ['ProvingGroundStart', 'Session', 'Style', 'on_policy_start']

_FIRST_ON_POLICY = 200_000
"""First scenario of on-policy rollouts; those below are for demonstrations."""
_RESTART_M = 2.4
"""At larger offsets the expert plans a path back to its line instead of steering back."""
_RESTART_S = 4.2
_LEAST_RESTART_M = 25.0


class Style(Enum):
    """How a rollout is driven."""

    CLEAN = 'clean'
    PERTURBED = 'perturbed'
    """Pushed off the line now and then, independent of the driver."""
    BESIDE = 'beside'
    """Demonstrated at an offset from the line."""


@dataclass(frozen=True, slots=True)
class ProvingGroundStart:
    """Determines a rollout: the scenario and the kind of driver."""

    index: int
    """Number of the training scenario."""
    style: Style = Style.CLEAN
    demonstrated: bool = False
    """Whether the truth has the actions of a privileged driver, including acceleration; otherwise
    the cruise control keeps the speed."""
    cameras: tuple[str, ...] = ()
    """Cameras to render; empty: all of the surround rig."""

    @property
    def clean(self) -> bool:
        """Whether it starts on the line; other rollouts start off the line and askew."""
        return self.demonstrated and self.style is Style.CLEAN

    @property
    def scenario(self) -> Scenario:
        return training_scenario(self.index, clean=self.clean)

    @property
    def key(self) -> str:
        """Name of the scenario in the episode."""
        return self.scenario.key


def on_policy_start(number: int) -> ProvingGroundStart:
    """Return a new scenario for each number; every other rollout is pushed off the line."""
    style = Style.PERTURBED if number % 2 else Style.CLEAN
    return ProvingGroundStart(_FIRST_ON_POLICY + number, style)


class Session:
    """Steps one world and the expert's line, which labels are made from."""

    def __init__(self, start: ProvingGroundStart, *, frames_every: int) -> None:
        cv2.setNumThreads(1)
        generator = np.random.default_rng((start.index, len(start.style.value)))
        nominal = surround_rig()
        rig = misaligned(nominal, generator) if generator.random() < 0.5 else nominal
        if start.cameras:
            rig = Rig(tuple(camera for camera in rig.cameras if camera.name in start.cameras))
        longitudinal = Longitudinal.DRIVER if start.demonstrated else Longitudinal.ACC
        self.world = World(
            start.scenario, start.index, rig=rig, longitudinal=longitudinal, split=Split.TRAINING
        )
        self._expert = Expert(self.world)
        self._perturbation = Perturbation(generator) if start.style is Style.PERTURBED else None
        self._demonstrator: Driver | None = None
        if start.demonstrated:
            offset = start.style is Style.BESIDE
            self._demonstrator = OffsetDriver(self.world, generator) if offset else self._expert
        self._line = RoadLine(self.world.road.reference, self.world.lane_position)
        self._frames_every, self._steps = frames_every, 0
        self._before = self.world.ego
        self._newest = self._observe()

    @property
    def newest(self) -> TimeStep[RoadTruth]:
        return self._newest

    def step(self, action: Action) -> None:
        """Apply an action for 50 ms; ignored when the rollout is over."""
        if self._newest.done:
            return
        if self._perturbation is not None:
            speed_mps = self._newest.observation.speed_mps
            action = self._perturbation.disturbed(action, speed_mps)
        self._before = self.world.ego
        self.world.step(action)
        self._steps += 1
        self._newest = self._observe()

    def _observe(self) -> TimeStep[RoadTruth]:
        world = self.world
        if world.done:
            return TimeStep(world.observe(frames=False), world.ego, done=True)
        observation = world.observe(frames=self._steps % self._frames_every == 0)
        self._restart_if_far()
        demonstration = self._demonstration(observation)
        position = situation(world, self._expert, self._before)
        truth = RoadTruth(position, self._line, world.scene, demonstration)
        return TimeStep(observation, world.ego, truth=truth)

    def _demonstration(self, observation: Observation) -> Action | None:
        if self._demonstrator is not self._expert:
            self._expert.decide(observation)
        return None if self._demonstrator is None else self._demonstrator.act(observation)

    def _restart_if_far(self) -> None:
        """Restart the expert's line at the car after a missed lane change or a large push."""
        place, line = self.world.road_position, self._expert.line
        off_m = place.offset_m - line.at(place.s_m).offset_m
        if abs(off_m) < _RESTART_M or self._expert.passing:
            return
        length_m = max(_RESTART_S * self.world.ego.speed_mps, _LEAST_RESTART_M)
        line.restart(place.s_m, place.offset_m, length_m=length_m)
