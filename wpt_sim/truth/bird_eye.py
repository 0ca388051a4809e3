# SPDX-License-Identifier: Apache-2.0
"""The world from above, exactly: what occupies which cell, how it moves, where the lanes run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import compose, inverse, transform_points
from wpt_core.types import InputError, Pose2
from wpt_sim.road import Pattern, Road
from wpt_sim.scene import Actor, Kind, Scene

__all__ = ['CODE_OF_KIND', 'Grid', 'LaneMap', 'Occupancy', 'lane_map', 'occupancy']

CODE_OF_KIND = {kind: code for code, kind in enumerate(Kind, start=1)}
"""What `Occupancy.kinds` holds; 0 is free."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A square of cells around `base_link`; cell [i, j] has x rising with i and y with j."""

    reach_m: float = 51.2
    """From the car to each side of the square."""
    cells: int = 200

    def __post_init__(self) -> None:
        if not (self.reach_m > 0.0 and self.cells > 0):
            raise InputError(
                f'a grid needs reach_m and cells above 0, not {self.reach_m} and {self.cells}'
            )

    @property
    def cell_m(self) -> float:
        return 2.0 * self.reach_m / self.cells

    def centres_m(self) -> NDArray[np.float64]:
        """Cell centres in `base_link`, (cells, cells, 2)."""
        ticks = (np.arange(self.cells) + 0.5) * self.cell_m - self.reach_m
        return np.stack(np.meshgrid(ticks, ticks, indexing='ij'), axis=-1)


@dataclass(frozen=True, eq=False, slots=True)
class Occupancy:
    """Cells that a body touches, in `base_link`; where bodies meet, the last of the scene wins."""

    grid: Grid
    kinds: NDArray[np.uint8]
    """(C, C): 0 free, else `CODE_OF_KIND`."""
    instances: NDArray[np.int32]
    """(C, C): 0 free, else `Actor.instance`."""
    velocities_mps: NDArray[np.float32]
    """(C, C, 2): motion over the ground of the body in this cell, along the axes of the car."""


@dataclass(frozen=True, eq=False, slots=True)
class LaneMap:
    """The road under each cell centre, in `base_link`."""

    grid: Grid
    drivable: NDArray[np.bool_]
    """(C, C): paved, shoulders included."""
    lanes: NDArray[np.int8]
    """(C, C): lane index, rightmost 0; -1 where there is no lane."""
    directions: NDArray[np.float32]
    """(C, C, 2): unit vector along which the lane's traffic runs; zero where there is no lane."""
    markings: NDArray[np.bool_]
    """(C, C): a painted line crosses the cell; dashed lines count without their gaps."""


def occupancy(scene: Scene, grid: Grid) -> Occupancy:
    """Rasterise every body of the scene but the ego."""
    kinds = np.zeros((grid.cells, grid.cells), dtype=np.uint8)
    instances = np.zeros((grid.cells, grid.cells), dtype=np.int32)
    velocities = np.zeros((grid.cells, grid.cells, 2), dtype=np.float32)
    for actor in scene.actors:
        window = _window(actor, scene.ego.pose, grid)
        if window is None:
            continue
        rows, columns, touched, motion = window
        kinds[rows, columns][touched] = CODE_OF_KIND[actor.kind]
        instances[rows, columns][touched] = actor.instance
        velocities[rows, columns][touched] = motion[touched]
    return Occupancy(grid, kinds, instances, velocities)


def _window(
    actor: Actor, ego: Pose2, grid: Grid
) -> tuple[slice, slice, NDArray[np.bool_], NDArray[np.float64]] | None:
    """The part of the grid around a body: where it is, which cells it touches, how they move."""
    body = compose(inverse(ego), actor.pose)
    centre = np.array([body.x_m, body.y_m])
    radius = 0.5 * np.hypot(actor.size.length_m, actor.size.width_m) + grid.cell_m
    low, high = (
        np.clip(np.floor((centre + side + grid.reach_m) / grid.cell_m), 0, grid.cells).astype(int)
        for side in (-radius, radius + grid.cell_m)
    )
    if np.any(low >= high):
        return None
    ticks = [
        (np.arange(a, b) + 0.5) * grid.cell_m - grid.reach_m - middle
        for a, b, middle in zip(low, high, centre, strict=True)
    ]
    from_centre = np.stack(np.meshgrid(*ticks, indexing='ij'), axis=-1)
    turn = Pose2(0.0, 0.0, -ego.yaw_rad)
    velocity = transform_points(turn, np.array(actor.velocity_mps))
    spin = actor.yaw_rate_radps * np.stack([-from_centre[..., 1], from_centre[..., 0]], axis=-1)
    touched = _touches(from_centre, body.yaw_rad, actor, cell_m=grid.cell_m)
    return slice(low[0], high[0]), slice(low[1], high[1]), touched, velocity + spin


def _touches(
    from_centre: NDArray[np.float64], yaw: float, actor: Actor, *, cell_m: float
) -> NDArray[np.bool_]:
    """Separating axes between square cells and one turned rectangle."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    half_length, half_width = actor.size.length_m / 2, actor.size.width_m / 2
    spread = cell_m / 2 * (abs(cos) + abs(sin))
    along = np.abs(from_centre @ [cos, sin])
    across = np.abs(from_centre @ [-sin, cos])
    reach_x = half_length * abs(cos) + half_width * abs(sin) + cell_m / 2
    reach_y = half_length * abs(sin) + half_width * abs(cos) + cell_m / 2
    within_cell_axes = (np.abs(from_centre) <= [reach_x, reach_y]).all(axis=-1)
    touched: NDArray[np.bool_] = (
        within_cell_axes & (along <= half_length + spread) & (across <= half_width + spread)
    )
    return touched


def lane_map(road: Road, ego: Pose2, grid: Grid) -> LaneMap:
    """Look up the road under every cell."""
    centres = transform_points(ego, grid.centres_m())
    s_m, offset_m = road.reference.to_frenet(centres)
    on_length = (s_m >= 0.0) & (s_m <= road.length_m)
    section = road.section
    drivable = on_length & (offset_m >= section.right_edge_m) & (offset_m <= section.left_edge_m)
    lanes = np.full(s_m.shape, -1, dtype=np.int8)
    sign = np.zeros(s_m.shape)
    for index, lane in enumerate(section.lanes):
        inside = on_length & (np.abs(offset_m - lane.offset_m) <= lane.width_m / 2)
        lanes[inside] = index
        sign[inside] = 1.0 if lane.forward else -1.0
    heading = np.interp(s_m, road.reference.s_m, np.unwrap(road.reference.headings_rad))
    heading = heading - ego.yaw_rad
    directions = np.stack([np.cos(heading), np.sin(heading)], axis=-1) * sign[..., None]
    return LaneMap(
        grid,
        drivable,
        lanes,
        directions.astype(np.float32),
        on_length & _painted(road, offset_m, grid.cell_m),
    )


def _painted(road: Road, offset_m: NDArray[np.float64], cell_m: float) -> NDArray[np.bool_]:
    painted = np.zeros(offset_m.shape, dtype=bool)
    for marking in road.section.markings:
        if marking.pattern is not Pattern.NONE:
            reach = (cell_m + marking.width_m) / 2
            painted |= np.abs(offset_m - marking.offset_m) <= reach
    return painted
