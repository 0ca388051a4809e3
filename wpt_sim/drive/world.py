# SPDX-License-Identifier: Apache-2.0
"""The world of one drive: road, ego, traffic and cameras, in steps of 50 ms."""

import math
from dataclasses import replace
from enum import Enum
from functools import cached_property

import numpy as np

from wpt_core.geometry import Box, overlap
from wpt_core.metrics import Footprint
from wpt_core.types import (
    Action,
    Camera,
    CameraFrame,
    Command,
    EgoState,
    InputError,
    Observation,
    Rig,
)
from wpt_core.vehicle import Car, VehicleParameters, footprint_centre
from wpt_sim.drive.ego import ego_body, locate_ego
from wpt_sim.drive.log import DriveLog, Incident, IncidentKind, StepRecord, build_log
from wpt_sim.render.look import Look
from wpt_sim.render.renderer import Renderer
from wpt_sim.road import Road
from wpt_sim.scenario import START_S_M, CameraLoss, Scenario, Split, draw_episode
from wpt_sim.scene import Actor, Scene
from wpt_sim.traffic import Body, CurveSpeed, LanePosition, adaptive_cruise, lead_in_path

__all__ = ['STEP_S', 'Cameras', 'Longitudinal', 'World', 'camera_towards']

STEP_S = 0.05
_PHYSICS_STEPS = 5
_ARRIVED_M = 0.5
"""Within this distance of the new lane's centre the lane change command ends."""
_ENDS = frozenset(
    {
        IncidentKind.FINISHED,
        IncidentKind.TIMEOUT,
        IncidentKind.COLLISION,
        IncidentKind.LEFT_ROAD,
    }
)


class Longitudinal(Enum):
    """Source of the acceleration."""

    DRIVER = 'driver'
    ACC = 'acc'
    """A cruise control that slows for bends; the driver's acceleration is ignored."""


class Cameras:
    """Renders the cameras of a rig that have not failed."""

    def __init__(
        self, rig: Rig, road: Road, look: Look, *, losses: tuple[CameraLoss, ...]
    ) -> None:
        self._renderer = Renderer(rig, road, look)
        self._names = rig.names
        self._dead_from_s = {
            camera_towards(rig, loss.bearing_rad).name: loss.from_s for loss in losses
        }

    def frames(self, scene: Scene) -> tuple[CameraFrame, ...]:
        """Return the frames of all live cameras, in the order of the rig."""
        alive = [
            name
            for name in self._names
            if scene.time_s < self._dead_from_s.get(name, float('inf'))
        ]
        if not alive:
            return ()
        rendered = self._renderer.render(scene, alive)
        return tuple(
            CameraFrame(frame.camera, scene.time_s, frame.image) for frame in rendered.frames
        )


class World:
    """One drive of a scenario, stepped in place; equal arguments give equal bits.

    It ends with a collision, off the road, at the finish of a route, or at the timeout.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        rig: Rig | None = None,
        longitudinal: Longitudinal = Longitudinal.DRIVER,
        split: Split = Split.EVALUATION,
    ) -> None:
        episode = draw_episode(scenario, seed, split)
        self.scenario, self.seed, self.rig = scenario, seed, rig
        self.road: Road = episode.road
        self.look: Look = episode.look
        self.parameters: VehicleParameters = episode.parameters
        self.set_speed_mps = episode.set_speed_mps
        self._nominal_delay_s = episode.calibrated_delay_s
        self.lane = scenario.start.lane
        """Target lane."""
        self.command = Command.KEEP
        self.lane_position = LanePosition(self.road.reference)
        self.curve_speed = CurveSpeed(self.road.reference)
        self.longitudinal = longitudinal
        self._traffic = episode.traffic
        self._wind = episode.wind
        self._step_count = 0
        speed_mps = min(episode.set_speed_mps, self.curve_speed.at(START_S_M))
        self._car = Car(episode.parameters, episode.start, speed_mps)
        self.road_position = locate_ego(self.road, self.ego, self.parameters, near_s_m=START_S_M)
        self._records: list[StepRecord] = []
        self._actor_history: list[tuple[Actor, ...]] = []
        self._incidents: list[Incident] = []
        self._actors = self._traffic.actors()
        self._wheel_off = False
        self._update_command()

    @property
    def time_s(self) -> float:
        return self._step_count * STEP_S

    @property
    def ego(self) -> EgoState:
        """Stamped with the time of the drive, posed in the world frame."""
        return replace(self._car.ego, stamp_s=self.time_s)

    @property
    def scene(self) -> Scene:
        return Scene(self.time_s, self.ego, self._actors)

    @property
    def bodies(self) -> tuple[Body, ...]:
        """All actors, in road coordinates."""
        return self._traffic.bodies()

    @property
    def ego_body(self) -> Body:
        """The ego in road coordinates."""
        return ego_body(self.road, self._car.ego, self.parameters, position=self.road_position)

    @property
    def done(self) -> bool:
        return any(incident.kind in _ENDS for incident in self._incidents)

    @property
    def log(self) -> DriveLog:
        """The drive so far, up to and including the current time."""
        return build_log(
            [*self._records, self._record(Action(self.ego.curvature_1pm, 0.0))],
            [*self._actor_history, self._actors],
            footprint=Footprint(
                self.parameters.length_m, self.parameters.width_m, self.parameters.centre_offset_m
            ),
            incidents=tuple(self._incidents),
            route_m=self.scenario.route_m,
        )

    def observe(self, *, frames: bool = True) -> Observation:
        """Return what the car measures now, with camera frames if there is a rig and `frames`."""
        ego = self._car.ego
        return Observation(
            time_s=self.time_s,
            speed_mps=ego.speed_mps,
            yaw_rate_radps=ego.yaw_rate_radps,
            acceleration_mps2=ego.acceleration_mps2,
            curvature_1pm=ego.curvature_1pm,
            command=self.command,
            set_speed_mps=self.set_speed_mps,
            actuator_delay_s=self._nominal_delay_s,
            frames=self._frames() if frames else (),
        )

    def step(self, action: Action) -> None:
        """Apply `action` for 50 ms. Raise InputError if the drive has ended."""
        if self.done:
            raise InputError(
                f'World.step: the drive of {self.scenario.key} ended at {self.time_s:.2f} s '
                f'({self._incidents[-1].kind.value}); create a new World for another drive.'
            )
        if self.longitudinal is Longitudinal.ACC:
            action = replace(action, acceleration_mps2=self._cruise_acceleration())
        self._records.append(self._record(action))
        self._actor_history.append(self._actors)
        ego_before = self.ego_body
        for substep in range(_PHYSICS_STEPS):
            dt_s = STEP_S / _PHYSICS_STEPS
            gust_mps2 = self._wind.at(self.time_s + substep * dt_s)
            self._car.step(action, dt_s, wind_lateral_mps2=gust_mps2)
        self._traffic.step(ego_before, STEP_S, time_s=self.time_s)
        self._step_count += 1
        self._actors = self._traffic.actors()
        self.road_position = locate_ego(
            self.road, self._car.ego, self.parameters, near_s_m=self.road_position.s_m
        )
        self._update_command()
        self._record_incidents()

    @cached_property
    def _cameras(self) -> Cameras | None:
        if self.rig is None:
            return None
        losses = self.scenario.conditions.losses
        return Cameras(self.rig, self.road, self.look, losses=losses)

    def _frames(self) -> tuple[CameraFrame, ...]:
        return () if self._cameras is None else self._cameras.frames(self.scene)

    def _cruise_acceleration(self) -> float:
        changing = self.command in (Command.CHANGE_LEFT, Command.CHANGE_RIGHT)
        to_m = self.road.lane_offset(self.lane) if changing else None
        lead = lead_in_path(self.ego_body, self.bodies, to_offset_m=to_m)
        speed_mps = self._car.ego.speed_mps
        acceleration_mps2 = adaptive_cruise(speed_mps, self.set_speed_mps, lead=lead)
        return min(
            acceleration_mps2,
            self.curve_speed.acceleration_limit(self.road_position.s_m, speed_mps),
        )

    def _update_command(self) -> None:
        """Keep a lane change command from its time until the car is in the new lane."""
        if abs(self.road_position.offset_m - self.road.lane_offset(self.lane)) < _ARRIVED_M:
            self.command = Command.KEEP
        for timed in self.scenario.commands:
            if round(timed.at_s / STEP_S) != self._step_count:
                continue
            self.command = timed.command
            if timed.command in (Command.CHANGE_LEFT, Command.CHANGE_RIGHT):
                left = timed.command is Command.CHANGE_LEFT
                new_lane = self.road.neighbour(self.lane, left=left)
                if new_lane is None:
                    raise InputError(
                        f'{self.scenario.key}: the command is a lane change to the '
                        f'{"left" if left else "right"}, but lane {self.lane} has no lane on that '
                        'side; start in another lane or change the command.'
                    )
                self.lane = new_lane

    def _record_incidents(self) -> None:
        section, position = self.road.section, self.road_position
        right_m, left_m = section.right_edge_m, section.left_edge_m
        wheel_off = position.left_wheel_m > left_m or position.right_wheel_m < right_m
        if wheel_off and not self._wheel_off:
            self._add_incident(IncidentKind.WHEEL_OFF_ROAD)
        self._wheel_off = wheel_off
        hit = self._collided_actor()
        if hit is not None:
            self._incidents.append(
                Incident(self.time_s, IncidentKind.COLLISION, hit.instance, hit.kind)
            )
        elif position.right_wheel_m > left_m or position.left_wheel_m < right_m:
            self._add_incident(IncidentKind.LEFT_ROAD)
        elif self._finished():
            self._add_incident(IncidentKind.FINISHED)
        elif self.time_s >= self.scenario.duration_s - STEP_S / 2:
            self._add_incident(IncidentKind.TIMEOUT)

    def _add_incident(self, kind: IncidentKind) -> None:
        self._incidents.append(Incident(self.time_s, kind))

    def _finished(self) -> bool:
        route_m = self.scenario.route_m
        return route_m is not None and self.road_position.s_m >= START_S_M + route_m

    def _collided_actor(self) -> Actor | None:
        """Return the actor that the ego touches, if any."""
        size = self.parameters
        ours = Box(footprint_centre(size, self._car.ego.pose), size.length_m, size.width_m)
        for actor in self._actors:
            apart_m = math.hypot(actor.pose.x_m - ours.pose.x_m, actor.pose.y_m - ours.pose.y_m)
            reach_m = 0.5 * (actor.size.length_m + actor.size.width_m)
            if apart_m < reach_m + 0.5 * (size.length_m + size.width_m):
                theirs = Box(actor.pose, actor.size.length_m, actor.size.width_m)
                if overlap(ours, theirs):
                    return actor
        return None

    def _record(self, action: Action) -> StepRecord:
        ego, position = self._car.ego, self.road_position
        return StepRecord(
            time_s=self.time_s,
            x_m=ego.pose.x_m,
            y_m=ego.pose.y_m,
            yaw_rad=ego.pose.yaw_rad,
            speed_mps=ego.speed_mps,
            acceleration_mps2=ego.acceleration_mps2,
            yaw_rate_radps=ego.yaw_rate_radps,
            curvature_1pm=ego.curvature_1pm,
            commanded_curvature_1pm=action.curvature_1pm,
            commanded_acceleration_mps2=action.acceleration_mps2,
            s_m=position.s_m - START_S_M,
            offset_m=position.offset_m,
            heading_error_rad=position.heading_error_rad,
            lane=self.lane,
            lane_centre_m=self.road.lane_offset(self.lane),
            human_offset_m=self.lane_position.at(position.s_m).offset_m,
            left_wheel_m=position.left_wheel_m,
            right_wheel_m=position.right_wheel_m,
            command=int(self.command),
        )


def camera_towards(rig: Rig, bearing_rad: float) -> Camera:
    """Return the camera whose optical axis is closest to this bearing, seen from above."""
    wanted = np.array([np.cos(bearing_rad), np.sin(bearing_rad)])
    return max(rig.cameras, key=lambda camera: float(camera.base_from_camera[:2, 2] @ wanted))
