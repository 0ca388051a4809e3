# SPDX-License-Identifier: Apache-2.0
"""One drive in MetaDrive, from start to verdict."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.referee.metadrive.process import MetaDriveProcess
from training.referee.metadrive.scenarios import DURATION_S, MapScenario
from wpt_core.geometry import Path
from wpt_core.metrics import LaneTrace
from wpt_core.sensing import surround_rig
from wpt_core.types import Action, Camera, CameraFrame, Command, Observation, Pose2
from wpt_sim.traffic import LanePosition

__all__ = [
    'CAMERA',
    'DELAY_S',
    'DrivenLane',
    'Look',
    'MetaDriveWorld',
    'camera_request',
    'privileged',
]

CAMERA: Camera = surround_rig().cameras[0]
"""Students see the front view alone: an image takes a third of a second."""
DELAY_S = 0.15
"""From the command to the curvature, of which 0.1 s are waited here; the rest is the car's."""
_STEP_S = 0.05
_LATE_STEPS = 2
_IMAGE_EVERY = 2
_LAST_M = 8.0
"""A drive ends so far before the end of the map."""
_START_S_M = 5.0
_PEDAL_PER_MPS = 0.5
_RETURN_S = 0.9
"""Time constant of the privileged driver's return to its line."""
_FAR_M = 4.0
"""Farther beside its lane the drive ends."""


def camera_request() -> dict[str, object]:
    """The front view, as `server.py` wants it."""
    lens, pose = CAMERA.intrinsics, CAMERA.base_from_camera
    across = 2.0 * math.atan(0.5 * lens.width_px / lens.fx_px)
    up = 2.0 * math.atan(0.5 * lens.height_px / lens.fy_px)
    return {
        'size_px': [lens.width_px, lens.height_px],
        'fov_deg': [math.degrees(across), math.degrees(up)],
        'position_m': pose[:3, 3].tolist(),
        'pitch_rad': math.asin(-pose[2, 2]),
    }


@dataclass(frozen=True, eq=False, slots=True)
class DrivenLane:
    """The lane to keep: its centre, and where people drive in it."""

    centre: Path
    human: LanePosition
    width_m: float

    @classmethod
    def of_points(cls, points_m: list[list[float]], width_m: float) -> 'DrivenLane':
        centre = Path.from_points(points_m).resampled(1.0)
        return cls(centre, LanePosition(centre), width_m)

    @property
    def sharpest_1pm(self) -> float:
        return float(np.abs(self.centre.curvatures_1pm).max())


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the car at one step; `offset_m` is left of the lane's centre."""

    time_s: float
    pose: Pose2
    speed_mps: float
    yaw_rate_radps: float
    s_m: float
    offset_m: float
    aim_m: float
    """Where people drive here, left of the lane's centre."""
    heading_error_rad: float
    left_wheel_m: float
    """The leftmost wheel's outer edge, left of the lane's centre."""
    right_wheel_m: float


class MetaDriveWorld:
    """A map and a car in it, which answers as the proving ground's world does."""

    def __init__(self, process: MetaDriveProcess, scenario: MapScenario, seed: int) -> None:
        self._process = process
        answer = process.request(
            'reset',
            seed=scenario.map_seed(seed),
            blocks=scenario.blocks,
            lanes=scenario.lanes,
            lane=scenario.lane,
            radii_m=scenario.radii_m,
            start_s_m=_START_S_M,
            offset_m=scenario.offset_m,
            heading_rad=math.radians(scenario.heading_deg),
        )
        self.lane = DrivenLane.of_points(answer['lane_points_m'], answer['lane_width_m'])
        self._wheelbase_m: float = answer['wheelbase_m']
        self._half_track_m: float = answer['half_track_m']
        self.set_speed_mps = scenario.speed_mps(self.lane.sharpest_1pm)
        self._waiting_1pm = [0.0] * _LATE_STEPS
        self.looks: list[Look] = []
        self._look(process.request('speed', speed_mps=self.set_speed_mps))

    @property
    def now(self) -> Look:
        return self.looks[-1]

    @property
    def done(self) -> bool:
        """At the end of the time or of the map, or far beside the lane."""
        now = self.now
        return (
            now.time_s >= DURATION_S - _STEP_S / 2
            or now.s_m >= self.lane.centre.length_m - _LAST_M
            or abs(now.offset_m) > _FAR_M
        )

    def observe(self, *, images: bool) -> Observation:
        """What a car would know; with `images`, on every second step an image."""
        now = self.now
        frames: tuple[CameraFrame, ...] = ()
        if images and (len(self.looks) - 1) % _IMAGE_EVERY == 0:
            lens = CAMERA.intrinsics
            pixels = self._process.image(lens.height_px, lens.width_px)
            frames = (CameraFrame(CAMERA.name, now.time_s, pixels),)
        return Observation(
            time_s=now.time_s,
            speed_mps=now.speed_mps,
            yaw_rate_radps=now.yaw_rate_radps,
            acceleration_mps2=0.0,
            curvature_1pm=now.yaw_rate_radps / max(now.speed_mps, 1.0),
            command=Command.KEEP,
            set_speed_mps=self.set_speed_mps,
            actuator_delay_s=DELAY_S,
            frames=frames,
        )

    def step(self, action: Action) -> None:
        """Steer by what was commanded 0.1 s ago; a cruise control keeps the speed."""
        self._waiting_1pm.append(action.curvature_1pm)
        wheel_rad = math.atan(self._wheelbase_m * self._waiting_1pm.pop(0))
        pedal = _PEDAL_PER_MPS * (self.set_speed_mps - self.now.speed_mps)
        self._look(self._process.request('step', wheel_angle_rad=wheel_rad, pedal=pedal))

    def trace(self) -> LaneTrace:
        """The drive, for the project's own rule."""
        half_m = 0.5 * self.lane.width_m
        rows = self.looks
        return LaneTrace(
            times_s=np.array([row.time_s for row in rows]),
            offsets_m=np.array([row.offset_m - row.aim_m for row in rows]),
            heading_errors_rad=np.array([row.heading_error_rad for row in rows]),
            left_clearances_m=np.array([half_m - row.left_wheel_m for row in rows]),
            right_clearances_m=np.array([row.right_wheel_m + half_m for row in rows]),
        )

    def _look(self, state: dict[str, float]) -> None:
        pose = Pose2(state['x_m'], state['y_m'], state['yaw_rad'])
        near_m = self.looks[-1].s_m if self.looks else _START_S_M
        wheels = self._wheels(pose)
        points = np.vstack([[pose.x_m, pose.y_m], wheels])
        s_m, offsets_m = self.lane.centre.to_frenet(points, np.full(len(points), near_m))
        here_m = float(s_m[0])
        turned = pose.yaw_rad - self.lane.centre.pose_at(here_m).yaw_rad
        self.looks.append(
            Look(
                time_s=len(self.looks) * _STEP_S,
                pose=pose,
                speed_mps=state['speed_mps'],
                yaw_rate_radps=state['yaw_rate_radps'],
                s_m=here_m,
                offset_m=float(offsets_m[0]),
                aim_m=self.lane.human.at(here_m).offset_m,
                heading_error_rad=math.remainder(turned, 2.0 * math.pi),
                left_wheel_m=float(offsets_m[1:].max()),
                right_wheel_m=float(offsets_m[1:].min()),
            )
        )

    def _wheels(self, pose: Pose2) -> NDArray[np.float64]:
        """(4, 2): outer edges of the wheels where they stand."""
        forward = np.array([math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)])
        left = np.array([-forward[1], forward[0]])
        return np.array(
            [
                [pose.x_m, pose.y_m] + along_m * forward + side * self._half_track_m * left
                for along_m in (0.0, self._wheelbase_m)
                for side in (-1.0, 1.0)
            ]
        )


def privileged(world: MetaDriveWorld) -> Callable[[Observation], Action]:
    """Critically damped return to where people drive, from where the car is when it answers."""

    def act(seen: Observation) -> Action:
        now, centre = world.now, world.lane.centre
        speed_mps = max(now.speed_mps, 2.0)
        ahead_m = speed_mps * DELAY_S
        bend = float(centre.curvature_at(now.s_m + ahead_m))
        here = float(centre.curvature_at(now.s_m))
        course = now.heading_error_rad + ahead_m * (seen.curvature_1pm - here)
        aim = world.lane.human.at(now.s_m + ahead_m)
        off_m = now.offset_m + ahead_m * math.sin(now.heading_error_rad) - aim.offset_m
        reach_m = max(_RETURN_S * speed_mps, 5.0)
        back = -2.0 / reach_m * math.sin(course - aim.slope) - off_m / reach_m**2
        return Action(bend + aim.curvature_1pm + back, 0.0)

    return act
