# SPDX-License-Identifier: Apache-2.0
"""The log of a drive: arrays over its steps, and its incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Boxes, distances
from wpt_core.metrics import Footprint, Tracks, Trajectory
from wpt_sim.scene import Actor, Kind

__all__ = ['DriveLog', 'Incident', 'IncidentKind', 'StepRecord', 'build_log']

FloatArray = NDArray[np.float64]

_VEHICLES = (Kind.CAR, Kind.VAN, Kind.TRUCK)


class IncidentKind(Enum):
    """Kinds of incidents; the first four end a drive."""

    FINISHED = 'finished'
    TIMEOUT = 'time over'
    COLLISION = 'collision'
    LEFT_ROAD = 'left the road'
    """The whole car is off the paved width."""
    WHEEL_OFF_ROAD = 'wheel off the road'
    """A wheel has just left the paved width."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One event."""

    time_s: float
    kind: IncidentKind
    instance: int = 0
    """Instance of the actor that was hit; 0 without a collision."""
    body: Kind | None = None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step: the state at its start, and the action applied from then on."""

    time_s: float
    x_m: float
    y_m: float
    yaw_rad: float
    speed_mps: float
    acceleration_mps2: float
    yaw_rate_radps: float
    curvature_1pm: float
    commanded_curvature_1pm: float
    commanded_acceleration_mps2: float
    s_m: float
    """Of `base_link`, from the start of the drive along the reference line."""
    offset_m: float
    """Of `base_link` from the reference line."""
    heading_error_rad: float
    """From the reference line."""
    lane: int
    """Target lane."""
    lane_centre_m: float
    """Offset of its centre from the reference line."""
    human_offset_m: float
    """Human-like lane position, from the centre of the lane."""
    left_wheel_m: float
    """Offset of the outer edge of the leftmost wheel from the reference line."""
    right_wheel_m: float
    command: int


@dataclass(frozen=True, eq=False)
class DriveLog:
    """A whole drive over N steps; every array is (N,) unless stated, and read only."""

    time_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    yaw_rad: FloatArray
    speed_mps: FloatArray
    acceleration_mps2: FloatArray
    yaw_rate_radps: FloatArray
    curvature_1pm: FloatArray
    """As driven."""
    commanded_curvature_1pm: FloatArray
    commanded_acceleration_mps2: FloatArray
    s_m: FloatArray
    offset_m: FloatArray
    heading_error_rad: FloatArray
    lane: FloatArray
    lane_centre_m: FloatArray
    human_offset_m: FloatArray
    left_wheel_m: FloatArray
    right_wheel_m: FloatArray
    command: FloatArray
    tracks: Tracks
    """All actors, on the same clock."""
    vehicles: NDArray[np.bool_]
    """(M,) True for cars, vans and trucks."""
    footprint: Footprint
    incidents: tuple[Incident, ...]
    route_m: float | None

    @property
    def position_error_m(self) -> FloatArray:
        """Offset from the human-like position in the target lane."""
        return self.offset_m - self.lane_centre_m - self.human_offset_m

    @property
    def motion(self) -> Trajectory:
        """The drive as input of `wpt_core.metrics`."""
        return Trajectory(self.time_s, np.column_stack([self.x_m, self.y_m]), self.yaw_rad)

    @property
    def gap_m(self) -> FloatArray:
        """(N,) distance to the nearest body, infinite without one."""
        if not len(self.tracks.sizes_m):
            return np.full(len(self.time_s), np.inf)
        ahead = self.footprint.centre_ahead_m
        centre = np.column_stack(
            [
                self.x_m + ahead * np.cos(self.yaw_rad),
                self.y_m + ahead * np.sin(self.yaw_rad),
                self.yaw_rad,
            ]
        )
        size = self.footprint
        ours = Boxes.like(centre[:, None], size.length_m, width_m=size.width_m)
        theirs = Boxes(self.tracks.poses, self.tracks.sizes_m[:, 0], self.tracks.sizes_m[:, 1])
        gaps = np.where(self.tracks.present, distances(ours, theirs), np.inf)
        nearest: FloatArray = gaps.min(axis=1)
        return nearest

    @property
    def completion(self) -> float:
        """Share of the route driven, 0 to 1; without a route 1 if finished, else 0."""
        if self.incidents_of(IncidentKind.FINISHED):
            return 1.0
        if self.route_m is None:
            return 0.0
        return float(np.clip(self.s_m.max() / self.route_m, 0.0, 1.0))

    def incidents_of(self, kind: IncidentKind) -> tuple[Incident, ...]:
        """Return all incidents of a kind, in order of time."""
        return tuple(incident for incident in self.incidents if incident.kind is kind)


def build_log(
    records: Sequence[StepRecord],
    scenes: Sequence[tuple[Actor, ...]],
    *,
    footprint: Footprint,
    incidents: tuple[Incident, ...],
    route_m: float | None,
) -> DriveLog:
    """Build the log from the records and actors of all steps."""
    columns = {
        name: _read_only([getattr(record, name) for record in records])
        for name in StepRecord.__dataclass_fields__
    }
    actors = _all_actors(scenes)
    return DriveLog(
        **columns,
        tracks=_tracks(columns['time_s'], scenes, actors),
        vehicles=np.array([actor.kind in _VEHICLES for actor in actors], dtype=np.bool_),
        footprint=footprint,
        incidents=incidents,
        route_m=route_m,
    )


def _all_actors(scenes: Sequence[tuple[Actor, ...]]) -> list[Actor]:
    """Return every actor present in any scene, by instance."""
    actors = {actor.instance: actor for scene in scenes for actor in scene}
    return [actors[instance] for instance in sorted(actors)]


def _tracks(
    times_s: FloatArray, scenes: Sequence[tuple[Actor, ...]], actors: Sequence[Actor]
) -> Tracks:
    """Build tracks of the actors; absent ones are at the origin."""
    column_of = {actor.instance: column for column, actor in enumerate(actors)}
    rows = np.zeros((len(scenes), len(actors), 5))
    present = np.zeros((len(scenes), len(actors)), dtype=np.bool_)
    for step, scene in enumerate(scenes):
        for actor in scene:
            pose = actor.pose
            column = column_of[actor.instance]
            rows[step, column] = (pose.x_m, pose.y_m, pose.yaw_rad, *actor.velocity_mps)
            present[step, column] = True
    sizes = [(actor.size.length_m, actor.size.width_m) for actor in actors]
    moving = [actor.kind not in (Kind.BARRIER, Kind.CONE) for actor in actors]
    return Tracks(
        times_s,
        rows[..., :3],
        rows[..., 3:],
        present,
        np.array(sizes, dtype=np.float64).reshape(-1, 2),
        np.array(moving, dtype=np.bool_),
    )


def _read_only(values: Sequence[float]) -> FloatArray:
    column = np.array(values, dtype=np.float64)
    column.setflags(write=False)
    return column
