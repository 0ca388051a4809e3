# SPDX-License-Identifier: Apache-2.0
"""What happened on a drive, as arrays over its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import Boxes, distances
from wpt_core.metrics import Footprint, Tracks, Trajectory
from wpt_sim.scene import Actor, Kind

__all__ = ['DriveLog', 'Incident', 'IncidentKind', 'Record', 'build_log']

FloatArray = NDArray[np.float64]

_VEHICLES = (Kind.CAR, Kind.VAN, Kind.TRUCK)


class IncidentKind(Enum):
    """What can happen; the first four end a drive."""

    FINISHED = 'finished'
    TIMEOUT = 'time over'
    COLLISION = 'collision'
    LEFT_ROAD = 'left the road'
    """The whole car is beside the paved width."""
    WHEEL_OFF_ROAD = 'wheel off the road'
    """A wheel has just left the paved width."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One event."""

    time_s: float
    kind: IncidentKind
    instance: int = 0
    """Whom the ego hit; 0 for nobody."""
    body: Kind | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One step: the state at its start, and what was asked of the car from then on."""

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
    """The lane to be in."""
    lane_centre_m: float
    """Its offset from the reference line."""
    human_offset_m: float
    """Where people drive, from the lane's centre."""
    left_wheel_m: float
    """Offset of the outermost edge of a wheel on the left, from the reference line."""
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
    """Everybody else, on the same clock."""
    vehicles: NDArray[np.bool_]
    """Which of them are cars, vans and trucks, (M,)."""
    footprint: Footprint
    incidents: tuple[Incident, ...]
    route_m: float | None

    @property
    def position_error_m(self) -> FloatArray:
        """From the human-like position in the lane to be in."""
        return self.offset_m - self.lane_centre_m - self.human_offset_m

    @property
    def motion(self) -> Trajectory:
        """The drive as the metrics take it."""
        return Trajectory(self.time_s, np.column_stack([self.x_m, self.y_m]), self.yaw_rad)

    @property
    def gap_m(self) -> FloatArray:
        """(N,) to the nearest body, infinite when alone."""
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
        """Share of the route driven, or of the road that was there without one: 0 to 1."""
        if self.incidents_of(IncidentKind.FINISHED):
            return 1.0
        if self.route_m is None:
            return 0.0
        return float(np.clip(self.s_m.max() / self.route_m, 0.0, 1.0))

    def incidents_of(self, kind: IncidentKind) -> tuple[Incident, ...]:
        """All incidents of a kind, in order of time."""
        return tuple(incident for incident in self.incidents if incident.kind is kind)


def build_log(
    records: Sequence[Record],
    scenes: Sequence[tuple[Actor, ...]],
    *,
    footprint: Footprint,
    incidents: tuple[Incident, ...],
    route_m: float | None,
) -> DriveLog:
    """Columns from rows."""
    columns = {
        name: _frozen([getattr(record, name) for record in records])
        for name in Record.__dataclass_fields__
    }
    cast = _cast(scenes)
    return DriveLog(
        **columns,
        tracks=_tracks(columns['time_s'], scenes, cast),
        vehicles=np.array([actor.kind in _VEHICLES for actor in cast], dtype=np.bool_),
        footprint=footprint,
        incidents=incidents,
        route_m=route_m,
    )


def _cast(scenes: Sequence[tuple[Actor, ...]]) -> list[Actor]:
    """Everybody who was there at some time, by instance."""
    cast = {actor.instance: actor for scene in scenes for actor in scene}
    return [cast[instance] for instance in sorted(cast)]


def _tracks(
    times_s: FloatArray, scenes: Sequence[tuple[Actor, ...]], cast: Sequence[Actor]
) -> Tracks:
    """Actors over time; absent ones stand at the origin."""
    place = {actor.instance: column for column, actor in enumerate(cast)}
    rows = np.zeros((len(scenes), len(cast), 5))
    present = np.zeros((len(scenes), len(cast)), dtype=np.bool_)
    for step, scene in enumerate(scenes):
        for actor in scene:
            pose = actor.pose
            column = place[actor.instance]
            rows[step, column] = (pose.x_m, pose.y_m, pose.yaw_rad, *actor.velocity_mps)
            present[step, column] = True
    sizes = [(actor.size.length_m, actor.size.width_m) for actor in cast]
    moving = [actor.kind not in (Kind.BARRIER, Kind.CONE) for actor in cast]
    return Tracks(
        times_s,
        rows[..., :3],
        rows[..., 3:],
        present,
        np.array(sizes, dtype=np.float64).reshape(-1, 2),
        np.array(moving, dtype=np.bool_),
    )


def _frozen(values: Sequence[float]) -> FloatArray:
    column = np.array(values, dtype=np.float64)
    column.setflags(write=False)
    return column
