# SPDX-License-Identifier: Apache-2.0
"""Variation of drives: pushes off the line, driving at an offset, misaligned cameras."""

import math

import numpy as np

from wpt_core.geometry import rotation_from_rpy, transform
from wpt_core.types import Action, Camera, Observation, Rig
from wpt_sim.drive import STEP_S, World
from wpt_sim.drivers import Expert
from wpt_sim.traffic import LateralShift

__all__ = ['OffsetDriver', 'Perturbation', 'misaligned']

_LEAST_SPEED_MPS = 4.0
_MOST_OFFSET_M = 1.5
_ON_LINE = 0.2
"""Probability of a return to the line itself."""
_CAR_DEG = (0.2, 0.7, 0.15)
"""Standard deviation of roll, pitch and yaw of the whole car: load, tyres, a kerb hit."""
_CAR_HEIGHT_M = 0.05
_CAMERA_DEG = (0.3, 0.4, 0.5)
_CAMERA_M = (0.03, 0.03, 0.03)
_MOST_DEVIATIONS = 2.5
"""Larger errors, in standard deviations, do not pass a calibration."""


class Perturbation:
    """Adds bursts of lateral acceleration to the steering, with pauses in between."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._push_mps2 = 0.0
        self._left_s = float(generator.uniform(0.5, 3.0))
        self._pushing = False

    def disturbed(self, action: Action, speed_mps: float) -> Action:
        """Return the action of one step with the push added."""
        self._left_s -= STEP_S
        if self._left_s <= 0.0:
            self._pushing = not self._pushing
            draw = self._generator.uniform
            self._left_s = float(draw(0.4, 1.4) if self._pushing else draw(0.8, 3.5))
            self._push_mps2 = float(draw(-1.6, 1.6)) if self._pushing else 0.0
        square = max(speed_mps, _LEAST_SPEED_MPS) ** 2
        return Action(action.curvature_1pm + self._push_mps2 / square, action.acceleration_mps2)


class OffsetDriver:
    """An expert that drives at an offset from its line and changes it every few seconds.

    Pushes leave the line at an angle and are short. A student with a small error stays parallel to
    the line for long, above all in bends; such drives show that this is not the line.
    """

    def __init__(self, world: World, generator: np.random.Generator) -> None:
        self._world, self._expert, self._generator = world, Expert(world), generator
        self._offset_m = 0.0
        self._next_s = float(generator.uniform(0.0, 1.5))

    def act(self, observation: Observation) -> Action:
        if observation.time_s >= self._next_s and not self._expert.passing:
            self._move(observation)
        return self._expert.act(observation)

    def _move(self, observation: Observation) -> None:
        draw = self._generator.uniform
        to_m = (
            0.0
            if self._generator.random() < _ON_LINE
            else float(draw(-_MOST_OFFSET_M, _MOST_OFFSET_M))
        )
        over_s, stay_s = float(draw(1.5, 3.5)), float(draw(0.5, 5.0))
        speed_mps = max(observation.speed_mps, _LEAST_SPEED_MPS)
        start_m = self._world.road_position.s_m + 0.2 * speed_mps
        self._expert.line.add(LateralShift(start_m, over_s * speed_mps, to_m - self._offset_m))
        self._offset_m = to_m
        self._next_s = observation.time_s + over_s + stay_s


def misaligned(rig: Rig, generator: np.random.Generator) -> Rig:
    """Return the rig with random errors of the poses, as calibrations have them."""
    together = _turn(generator, _CAR_DEG)
    raised = transform(np.eye(3), [0.0, 0.0, _clipped(generator) * _CAR_HEIGHT_M])
    cameras = []
    for camera in rig.cameras:
        moved = transform(np.eye(3), [_clipped(generator) * spread for spread in _CAMERA_M])
        own = np.eye(4)
        own[:3, :3] = _turn(generator, _CAMERA_DEG)
        place = camera.base_from_camera
        at = transform(np.eye(3), place[:3, 3])
        # Turn about the camera's own position, about the axes of the car.
        turned = at @ own @ transform(place[:3, :3], [0.0, 0.0, 0.0])
        whole = np.eye(4)
        whole[:3, :3] = together
        cameras.append(Camera(camera.name, camera.intrinsics, raised @ whole @ moved @ turned))
    return Rig(tuple(cameras))


def _turn(generator: np.random.Generator, degrees: tuple[float, float, float]) -> np.ndarray:
    return rotation_from_rpy(*(math.radians(d) * _clipped(generator) for d in degrees))


def _clipped(generator: np.random.Generator) -> float:
    return float(np.clip(generator.normal(), -_MOST_DEVIATIONS, _MOST_DEVIATIONS))
