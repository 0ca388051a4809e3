# SPDX-License-Identifier: Apache-2.0
"""Bird's-eye occupancy grids: kind, instance and velocity per cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import compose, inverse, transform_points
from wpt_core.types import InputError, Pose2
from wpt_sim.scene import Actor, Kind, Scene

__all__ = ['CODE_OF_KIND', 'Grid', 'Occupancy', 'occupancy']

CODE_OF_KIND = {kind: code for code, kind in enumerate(Kind, start=1)}
"""Values of `Occupancy.kinds`; 0 is free."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A square of cells around `base_link`; cell [i, j] has x rising with i and y with j."""

    reach_m: float = 51.2
    """From the car to each side of the square."""
    cells: int = 200

    def __post_init__(self) -> None:
        if not (self.reach_m > 0.0 and self.cells > 0):
            raise InputError(
                f'Grid needs reach_m and cells above 0, but got {self.reach_m} and {self.cells}.'
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
    """Cells that a body touches, in `base_link`; where bodies overlap, the last one counts."""

    grid: Grid
    kinds: NDArray[np.uint8]
    """(C, C): 0 free, else `CODE_OF_KIND`."""
    instances: NDArray[np.int32]
    """(C, C): 0 free, else `Actor.instance`."""
    velocities_mps: NDArray[np.float32]
    """(C, C, 2): velocity over ground of the body in the cell, in `base_link`."""


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
    """Return rows, columns, touched cells and velocities around a body, if it is in the grid."""
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
    """Return touched cells by separating axes between square cells and a rotated rectangle."""
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
