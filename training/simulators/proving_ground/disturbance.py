# SPDX-License-Identifier: Apache-2.0
"""Disturbances: lost frames, dead cameras, extra delay, sensor noise, wrong calibration."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import rotation_from_quaternion
from wpt_core.types import Camera, CameraFrame, InputError, Observation, Rig
from wpt_sim.scenario import Split, random_stream

__all__ = ['ROBUSTNESS', 'UNDISTURBED', 'Condition', 'Disturbance']

_YAW_RATE_NOISE_RADPS = 0.2
"""Standard deviation of the yaw rate for a relative noise of 1, so 0.01 rad/s for 5 %."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One disturbance of a drive; equal values and ticks give equal disturbances."""

    drop_share: float = 0.0
    """Probability that an image is missing."""
    dead_camera: str | None = None
    extra_delay_s: float = 0.0
    """Delay from the driver's action to the car, applied by the driver."""
    odometry_noise: float = 0.0
    """Relative standard deviation of the speed; yaw rate and curvature get noise as well."""
    calibration_deg: float = 0.0
    """Angle between true and calibrated direction of every camera."""
    brightness: float = 1.0
    """Factor on every pixel value."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.drop_share <= 1.0:
            raise InputError(f'drop_share must lie between 0 and 1, not {self.drop_share}.')
        for name in ('extra_delay_s', 'odometry_noise', 'calibration_deg', 'brightness'):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise InputError(f'{name} must be finite and not negative, not {value}.')

    def for_drive(self, seed: int, key: str) -> 'Disturbance':
        """Return the disturbance with a random seed for one drive."""
        generator = random_stream(seed, key, purpose='disturbance', split=Split.EVALUATION)
        return replace(self, seed=int(generator.integers(2**31)))

    def observed(self, observation: Observation, tick: int) -> Observation:
        """Return the disturbed observation of step `tick`."""
        speed, yaw_rate = np.random.default_rng((self.seed, tick, 1)).normal(size=2)
        turned_radps = self.odometry_noise * _YAW_RATE_NOISE_RADPS * float(yaw_rate)
        return replace(
            observation,
            speed_mps=max(observation.speed_mps * (1.0 + self.odometry_noise * float(speed)), 0.0),
            yaw_rate_radps=observation.yaw_rate_radps + turned_radps,
            # A car computes its curvature from the same two sensors.
            curvature_1pm=observation.curvature_1pm
            + turned_radps / max(observation.speed_mps, 1.0),
            frames=self._frames(observation.frames, tick),
        )

    def believed_rig(self, rig: Rig) -> Rig:
        """Return the rig that the driver assumes: each camera turned about a random axis."""
        if self.calibration_deg == 0.0:
            return rig
        generator = np.random.default_rng((self.seed, 2))
        return Rig(tuple(self._turned(camera, generator) for camera in rig.cameras))

    def _frames(self, frames: tuple[CameraFrame, ...], tick: int) -> tuple[CameraFrame, ...]:
        draws = np.random.default_rng((self.seed, tick, 0)).random(len(frames))
        return tuple(
            replace(frame, image=_scaled(frame.image, self.brightness))
            for frame, draw in zip(frames, draws, strict=True)
            if draw >= self.drop_share and frame.camera != self.dead_camera
        )

    def _turned(self, camera: Camera, generator: np.random.Generator) -> Camera:
        axis = generator.normal(size=3)
        half_rad = math.radians(self.calibration_deg) / 2
        turn = [*(axis / np.linalg.norm(axis) * math.sin(half_rad)), math.cos(half_rad)]
        base_from_camera = camera.base_from_camera.copy()
        base_from_camera[:3, :3] = rotation_from_quaternion(turn) @ base_from_camera[:3, :3]
        return replace(camera, base_from_camera=base_from_camera)


def _scaled(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    if factor == 1.0:
        return image
    table = np.clip(np.rint(np.arange(256) * factor), 0, 255).astype(np.uint8)
    scaled: NDArray[np.uint8] = table[image]
    return scaled


@dataclass(frozen=True, slots=True)
class Condition:
    """A disturbance and its name in tables."""

    name: str
    disturbance: Disturbance


UNDISTURBED = Condition('undisturbed', Disturbance())

ROBUSTNESS = (
    UNDISTURBED,
    Condition('10 % of frames dropped', Disturbance(drop_share=0.1)),
    Condition('30 % of frames dropped', Disturbance(drop_share=0.3)),
    Condition('front camera dead', Disturbance(dead_camera='front')),
    Condition('front left camera dead', Disturbance(dead_camera='front_left')),
    Condition('100 ms extra delay', Disturbance(extra_delay_s=0.1)),
    Condition('200 ms extra delay', Disturbance(extra_delay_s=0.2)),
    Condition('5 % odometry noise', Disturbance(odometry_noise=0.05)),
    Condition('calibration off by 1°', Disturbance(calibration_deg=1.0)),
    Condition('calibration off by 2°', Disturbance(calibration_deg=2.0)),
    Condition('50 % darker', Disturbance(brightness=0.5)),
    Condition('50 % brighter', Disturbance(brightness=1.5)),
)
