# SPDX-License-Identifier: Apache-2.0
"""A simulator built from a scene generator and a vehicle model randomised at each reset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from training.simulators.protocol import SceneGenerator, TimeStep
from wpt_core.types import Action, CameraFrame, Command, InputError, Observation, Pose2
from wpt_core.vehicle import Car, VehicleParameters, randomised
from wpt_sim.drive import STEP_S
from wpt_sim.scenario import Wind

__all__ = ['VehicleSimulator', 'VehicleStart']

S = TypeVar('S')

_PHYSICS_STEPS = 5
_CALIBRATION_ERROR = 0.15
"""Relative error of the calibrated steering delay, as in the proving ground."""


@dataclass(frozen=True, slots=True)
class VehicleStart(Generic[S]):
    """Start of one rollout."""

    scene: S
    """Start of the generator, for instance a sample of an episode."""
    pose: Pose2
    speed_mps: float
    seed: int
    """Determines delay, lag, understeer, steering errors and wind."""
    duration_s: float = 10.0
    command: Command = Command.KEEP

    @property
    def key(self) -> str:
        """Name of the scene in the episode."""
        return str(self.scene)


@dataclass(eq=False, slots=True)
class _Rollout:
    car: Car
    wind: Wind
    calibrated_delay_s: float
    start: VehicleStart[Any]
    steps: int = 0

    @property
    def time_s(self) -> float:
        return self.steps * STEP_S

    @property
    def done(self) -> bool:
        return self.time_s >= self.start.duration_s - STEP_S / 2


class VehicleSimulator(Generic[S]):
    """Simulates vehicles in rendered scenes; the generator needs only their poses."""

    def __init__(
        self,
        generator: SceneGenerator[S],
        *,
        nominal: VehicleParameters | None = None,
        frames_every: int = 4,
    ) -> None:
        """`frames_every`: steps of 50 ms from one set of images to the next."""
        self._generator, self._nominal = generator, nominal
        self._frames_every = frames_every
        self._rollouts: list[_Rollout] = []
        self._step = 0

    @property
    def vehicles(self) -> list[VehicleParameters]:
        """Parameters of the vehicles since the last reset."""
        return [rollout.car.parameters for rollout in self._rollouts]

    def reset(self, starts: Sequence[VehicleStart[S]]) -> list[TimeStep[None]]:
        """Start one rollout for each start, with a random vehicle and wind."""
        self._generator.begin([start.scene for start in starts])
        self._rollouts = [self._start(start) for start in starts]
        self._step = 0
        return self._time_steps()

    def step(self, actions: Sequence[Action]) -> list[TimeStep[None]]:
        """Advance every rollout that is not done."""
        if len(actions) != len(self._rollouts):
            raise InputError(
                f'VehicleSimulator.step: expected {len(self._rollouts)} actions, one for each '
                f'rollout, got {len(actions)}.'
            )
        for rollout, action in zip(self._rollouts, actions, strict=True):
            if not rollout.done:
                _move(rollout, action)
        self._step += 1
        return self._time_steps()

    def close(self) -> None:
        """Do nothing: there are no resources."""

    def _start(self, start: VehicleStart[S]) -> _Rollout:
        generator = np.random.default_rng(start.seed)
        parameters = randomised(generator, self._nominal)
        error = 1.0 + float(generator.uniform(-_CALIBRATION_ERROR, _CALIBRATION_ERROR))
        delay_s = error * (parameters.steering_delay_s + parameters.steering_lag_s)
        car = Car(parameters, start.pose, start.speed_mps, believed=self._nominal)
        return _Rollout(car, Wind.drawn(generator), delay_s, start)

    def _time_steps(self) -> list[TimeStep[None]]:
        images = None
        if self._step % self._frames_every == 0 and not all(r.done for r in self._rollouts):
            images = self._generator.render([r.car.ego.pose for r in self._rollouts])
        return [
            self._time_step(rollout, images[row] if images and not rollout.done else {})
            for row, rollout in enumerate(self._rollouts)
        ]

    def _time_step(
        self, rollout: _Rollout, images: Mapping[str, NDArray[np.uint8]]
    ) -> TimeStep[None]:
        ego = replace(rollout.car.ego, stamp_s=rollout.time_s)
        observation = Observation(
            time_s=rollout.time_s,
            speed_mps=ego.speed_mps,
            yaw_rate_radps=ego.yaw_rate_radps,
            acceleration_mps2=ego.acceleration_mps2,
            curvature_1pm=ego.curvature_1pm,
            command=rollout.start.command,
            set_speed_mps=rollout.start.speed_mps,
            actuator_delay_s=rollout.calibrated_delay_s,
            frames=tuple(
                CameraFrame(camera, rollout.time_s, image) for camera, image in images.items()
            ),
        )
        return TimeStep(observation, ego, done=rollout.done)


def _move(rollout: _Rollout, action: Action) -> None:
    dt_s = STEP_S / _PHYSICS_STEPS
    for substep in range(_PHYSICS_STEPS):
        wind_mps2 = rollout.wind.at(rollout.time_s + substep * dt_s)
        rollout.car.step(action, dt_s, wind_lateral_mps2=wind_mps2)
    rollout.steps += 1
