# SPDX-License-Identifier: Apache-2.0
"""One drive: a road, a car that obeys an action, and everybody else, in steps of 50 ms."""

import math
from dataclasses import replace
from enum import Enum
from functools import cached_property

from wpt_core.geometry import Box, overlap
from wpt_core.metrics import Footprint
from wpt_core.types import Action, CameraFrame, Command, EgoState, InputError, Observation, Rig
from wpt_core.vehicle import Car, VehicleParameters, footprint_centre
from wpt_sim.drive.cameras import Cameras
from wpt_sim.drive.ego import ego_body, locate_ego
from wpt_sim.drive.log import DriveLog, Incident, IncidentKind, Record, build_log
from wpt_sim.render.look import Look
from wpt_sim.road import Road
from wpt_sim.scenario import START_S_M, Scenario, Split, draw_episode
from wpt_sim.scene import Actor, Scene
from wpt_sim.traffic import Body, CurveSpeed, LanePosition, adaptive_cruise, lead_in_path

__all__ = ['STEP_S', 'Longitudinal', 'World']

STEP_S = 0.05
_PHYSICS_STEPS = 5
_ARRIVED_M = 0.5
"""This near to the centre of the new lane a lane change is no longer asked for."""
_ENDS = frozenset(
    {
        IncidentKind.FINISHED,
        IncidentKind.TIMEOUT,
        IncidentKind.COLLISION,
        IncidentKind.LEFT_ROAD,
    }
)


class Longitudinal(Enum):
    """Who decides on the acceleration."""

    DRIVER = 'driver'
    ACC = 'acc'
    """A cruise control that knows the bends; the driver's acceleration is ignored."""


class World:
    """One drive of a scenario, stepped in place; equal arguments give equal bits.

    A collision ends it, as does leaving the road, the finish of a route, and the time being over.
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
        self._believed_delay_s = episode.believed_delay_s
        self.lane = scenario.start.lane
        """The lane to be in."""
        self.command = Command.KEEP
        self.lane_position = LanePosition(self.road.reference)
        self.curve_speed = CurveSpeed(self.road.reference)
        self.longitudinal = longitudinal
        self._traffic = episode.traffic
        self._wind = episode.wind
        self._ticks = 0
        speed_mps = min(episode.set_speed_mps, self.curve_speed.at(START_S_M))
        self._car = Car(episode.parameters, episode.start, speed_mps)
        self.road_position = locate_ego(self.road, self.ego, self.parameters, near_s_m=START_S_M)
        self._records: list[Record] = []
        self._casts: list[tuple[Actor, ...]] = []
        self._incidents: list[Incident] = []
        self._actors = self._traffic.actors()
        self._wheel_off = False
        self._take_commands()

    @property
    def time_s(self) -> float:
        return self._ticks * STEP_S

    @property
    def ego(self) -> EgoState:
        """Stamped with the time of the drive, posed in the world frame."""
        return replace(self._car.ego, stamp_s=self.time_s)

    @property
    def scene(self) -> Scene:
        return Scene(self.time_s, self.ego, self._actors)

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Everybody but the ego, in road coordinates."""
        return self._traffic.bodies()

    @property
    def ego_body(self) -> Body:
        """The ego in road coordinates."""
        return ego_body(self.road, self._car.ego, self.parameters, place=self.road_position)

    @property
    def done(self) -> bool:
        return any(incident.kind in _ENDS for incident in self._incidents)

    @property
    def log(self) -> DriveLog:
        """The drive so far, the present moment included."""
        return build_log(
            [*self._records, self._record(Action(self.ego.curvature_1pm, 0.0))],
            [*self._casts, self._actors],
            footprint=Footprint(
                self.parameters.length_m, self.parameters.width_m, self.parameters.centre_offset_m
            ),
            incidents=tuple(self._incidents),
            route_m=self.scenario.route_m,
        )

    def observe(self, *, frames: bool = True) -> Observation:
        """What the car knows now; frames only where there is a rig and they are wanted."""
        ego = self._car.ego
        return Observation(
            time_s=self.time_s,
            speed_mps=ego.speed_mps,
            yaw_rate_radps=ego.yaw_rate_radps,
            acceleration_mps2=ego.acceleration_mps2,
            curvature_1pm=ego.curvature_1pm,
            command=self.command,
            set_speed_mps=self.set_speed_mps,
            actuator_delay_s=self._believed_delay_s,
            frames=self._frames() if frames else (),
        )

    def step(self, action: Action) -> None:
        """Obey `action` for 50 ms. InputError when the drive is over."""
        if self.done:
            raise InputError(
                f'World.step: the drive of {self.scenario.key} ended at {self.time_s:.2f} s '
                f'({self._incidents[-1].kind.value}); make a new World for another.'
            )
        if self.longitudinal is Longitudinal.ACC:
            action = replace(action, acceleration_mps2=self._cruise())
        self._records.append(self._record(action))
        self._casts.append(self._actors)
        before = self.ego_body
        for substep in range(_PHYSICS_STEPS):
            dt_s = STEP_S / _PHYSICS_STEPS
            gust_mps2 = self._wind.at(self.time_s + substep * dt_s)
            self._car.step(action, dt_s, wind_lateral_mps2=gust_mps2)
        self._traffic.step(before, STEP_S, time_s=self.time_s)
        self._ticks += 1
        self._actors = self._traffic.actors()
        self.road_position = locate_ego(
            self.road, self._car.ego, self.parameters, near_s_m=self.road_position.s_m
        )
        self._take_commands()
        self._note_incidents()

    @cached_property
    def _cameras(self) -> Cameras | None:
        if self.rig is None:
            return None
        losses = self.scenario.conditions.losses
        return Cameras(self.rig, self.road, self.look, losses=losses)

    def _frames(self) -> tuple[CameraFrame, ...]:
        return () if self._cameras is None else self._cameras.frames(self.scene)

    def _cruise(self) -> float:
        changing = self.command in (Command.CHANGE_LEFT, Command.CHANGE_RIGHT)
        to_m = self.road.lane_offset(self.lane) if changing else None
        lead = lead_in_path(self.ego_body, self.bodies, to_offset_m=to_m)
        speed_mps = self._car.ego.speed_mps
        push = adaptive_cruise(speed_mps, self.set_speed_mps, lead=lead)
        return min(push, self.curve_speed.push(self.road_position.s_m, speed_mps))

    def _take_commands(self) -> None:
        """A change of lane is asked for from its time until the car is there."""
        if abs(self.road_position.offset_m - self.road.lane_offset(self.lane)) < _ARRIVED_M:
            self.command = Command.KEEP
        for timed in self.scenario.commands:
            if round(timed.at_s / STEP_S) != self._ticks:
                continue
            self.command = timed.command
            if timed.command in (Command.CHANGE_LEFT, Command.CHANGE_RIGHT):
                left = timed.command is Command.CHANGE_LEFT
                beside = self.road.neighbour(self.lane, left=left)
                if beside is None:
                    raise InputError(
                        f'{self.scenario.key}: there is no lane on the '
                        f'{"left" if left else "right"} of lane {self.lane} to change to.'
                    )
                self.lane = beside

    def _note_incidents(self) -> None:
        section, place = self.road.section, self.road_position
        right_m, left_m = section.right_edge_m, section.left_edge_m
        wheel_off = place.left_wheel_m > left_m or place.right_wheel_m < right_m
        if wheel_off and not self._wheel_off:
            self._note(IncidentKind.WHEEL_OFF_ROAD)
        self._wheel_off = wheel_off
        hit = self._hit()
        if hit is not None:
            self._incidents.append(
                Incident(self.time_s, IncidentKind.COLLISION, hit.instance, hit.kind)
            )
        elif place.right_wheel_m > left_m or place.left_wheel_m < right_m:
            self._note(IncidentKind.LEFT_ROAD)
        elif self._finished():
            self._note(IncidentKind.FINISHED)
        elif self.time_s >= self.scenario.duration_s - STEP_S / 2:
            self._note(IncidentKind.TIMEOUT)

    def _note(self, kind: IncidentKind) -> None:
        self._incidents.append(Incident(self.time_s, kind))

    def _finished(self) -> bool:
        route_m = self.scenario.route_m
        return route_m is not None and self.road_position.s_m >= START_S_M + route_m

    def _hit(self) -> Actor | None:
        """Whom the ego touches."""
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

    def _record(self, action: Action) -> Record:
        ego, place = self._car.ego, self.road_position
        return Record(
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
            s_m=place.s_m - START_S_M,
            offset_m=place.offset_m,
            heading_error_rad=place.heading_error_rad,
            lane=self.lane,
            lane_centre_m=self.road.lane_offset(self.lane),
            human_offset_m=self.lane_position.at(place.s_m).offset_m,
            left_wheel_m=place.left_wheel_m,
            right_wheel_m=place.right_wheel_m,
            command=int(self.command),
        )
