# SPDX-License-Identifier: Apache-2.0
"""Meshes of trucks: cab, box body, chassis and double rear axle."""

import numpy as np

from wpt_sim.render.bodies.finishes import (
    AMBER_LEFT,
    AMBER_RIGHT,
    DARK,
    GLASS,
    HEADLAMP,
    PLATE,
    TAILLAMP,
    TRIM,
)
from wpt_sim.render.bodies.loft import Loft, block
from wpt_sim.render.bodies.mesh import Finish, LampRole, Mesh, MeshBuilder
from wpt_sim.render.bodies.wheels import outer_wheels, tyres
from wpt_sim.scene import Size

__all__ = ['truck']

_CAB_SHARE = 0.24
_BOX_RGB = Finish((0.58, 0.58, 0.57), 0.02)
_MARKING = Finish((0.52, 0.02, 0.02), 0.0, LampRole.RETRO)


def truck(
    size: Size, colour: Finish, *, box: Finish = _BOX_RGB, turn_rad: float, detail: int
) -> Mesh:
    """Build the mesh of a truck whose wheels are turned by `turn_rad`."""
    builder = MeshBuilder()
    front, rear = size.length_m / 2, -size.length_m / 2
    half, gap = size.width_m / 2, size.length_m * (0.5 - _CAB_SHARE)
    floor = 0.30 * size.height_m
    radius = min(0.50, 0.16 * size.height_m)
    axles: tuple[float, ...] = (front - 0.13 * size.length_m, rear + 0.30 * size.length_m)
    if size.length_m > 7.5:
        axles = (*axles, axles[1] - 2.6 * radius)
    builder.part((rear / 2, 0.0, floor))
    _box(builder, size, floor, gap - 0.12, box=box, detail=detail)
    builder.part((0.0, 0.0, floor - 0.2), (0.0, 0.0, -1.0, -floor))
    block(builder, (rear + 0.1, -0.8 * half, floor - 0.3), (gap - 0.12, 0.8 * half, floor), DARK)
    _cab(builder, size, gap, colour=colour, floor_m=0.17 * size.height_m, detail=detail)
    builder.part((0.0, 0.0, 0.4), (0.0, 0.0, -1.0, 0.05 - floor))
    tyres(builder, axles, radius_m=radius, half_m=half - 0.02, detail=detail)
    outer_wheels(
        builder,
        axles,
        radius_m=radius,
        half_m=half - 0.03,
        sill_m=floor - 0.1,
        turn_rad=turn_rad,
        detail=detail,
        arch=TRIM,
    )
    _skirts(builder, half, floor, (axles[0] - 1.4 * radius, axles[1] + 1.4 * radius))
    _tail(builder, rear, half, floor)
    return builder.mesh()


def _box(
    builder: MeshBuilder, size: Size, floor_m: float, front_m: float, *, box: Finish, detail: int
) -> None:
    rear, half, top = -size.length_m / 2, size.width_m / 2, size.height_m
    block(builder, (rear, -half, floor_m), (front_m, half, top), box)
    frame = Finish((0.20, 0.20, 0.205), 0.05)
    x = rear - 0.004
    for low, high in ((floor_m, floor_m + 0.10), (top - 0.12, top)):
        builder.face([(x, -half, low), (x, half, low), (x, half, high), (x, -half, high)], frame)
    for y in (-half + 0.04, 0.0, half - 0.04):
        sides = [(x, y - 0.04, floor_m), (x, y + 0.04, floor_m), (x, y + 0.04, top)]
        builder.face([*sides, (x, y - 0.04, top)], frame)
    for side in (-half - 0.004, half + 0.004):
        for low, high in ((floor_m, floor_m + 0.09), (top - 0.09, top)):
            loop = [(rear, side, low), (front_m, side, low), (front_m, side, high)]
            builder.face([*loop, (rear, side, high)], frame)
    if detail:
        for y in (-0.55 * half, 0.55 * half):
            for low in np.linspace(floor_m + 0.25, top - 0.55, 3):
                loop = [(x, y - 0.05, low), (x, y + 0.05, low), (x, y + 0.05, low + 0.3)]
                builder.face([*loop, (x, y - 0.05, low + 0.3)], frame)


def _cab(
    builder: MeshBuilder, size: Size, gap_m: float, *, colour: Finish, floor_m: float, detail: int
) -> None:
    front, half, top = size.length_m / 2, size.width_m / 2 * 0.98, size.height_m * 0.86
    builder.part((front - 0.9, 0.0, top / 2), (1.0, 0.0, 0.0, gap_m - 0.1))
    rows = [(floor_m, 0.0), (0.45 * top, 0.0), (0.94 * top, 0.16), (top, 0.34)]
    rings = []
    for z, lean in rows:
        nose, inset = front - lean * 0.9, 0.98 - 0.12 * lean
        left = [(nose, 0.0), (nose - 0.05, 0.80), (nose - 0.30, inset), (gap_m, inset)]
        ring = left + [(x, -y) for x, y in reversed(left[1:])]
        rings.append([(x, y * half, z) for x, y in ring])
    loft = Loft(np.array(rings), closed=True)
    loft.skin(builder, colour)
    builder.face(loft.rings_m[-1], colour)
    loft.patch(builder, (1.10, 1.92), (-1.7, 1.7), GLASS)
    for start, end in ((2.15, 2.75), (4.25, 4.85)):
        loft.patch(builder, (1.10, 1.80), (start, end), GLASS)
    loft.patch(builder, (0.55, 0.90), (-0.85, 0.85), DARK)
    loft.patch(builder, (0.02, 0.16), (-1.9, 1.9), TRIM)
    x, z = front + 0.004, floor_m + 0.22
    plate = [(x, -0.26, z), (x, 0.26, z), (x, 0.26, z + 0.11), (x, -0.26, z + 0.11)]
    builder.face(plate, PLATE)
    for side, amber in ((1.0, AMBER_LEFT), (-1.0, AMBER_RIGHT)):
        low, high = sorted((side * 0.70, side * 1.35))
        loft.patch(builder, (0.20, 0.40), (low, high), HEADLAMP)
        low, high = sorted((side * 1.40, side * 1.75))
        loft.patch(builder, (0.20, 0.40), (low, high), amber)
        builder.lamp(loft.at(0.3, side * 1.0), (1.0, 0.2 * side, 0.0), LampRole.HEAD, 0.08)
        builder.lamp(loft.at(0.3, side * 1.6), (1.0, side, 0.0), amber.role, 0.06)
    if detail:
        _mirrors(builder, front, half, top)


def _mirrors(builder: MeshBuilder, front_m: float, half_m: float, top_m: float) -> None:
    for side in (-1.0, 1.0):
        y0, y1 = sorted((side * half_m, side * (half_m + 0.24)))
        builder.part((front_m - 0.3, (y0 + y1) / 2, 0.7 * top_m), (0.0, side, 0.0, half_m))
        block(builder, (front_m - 0.36, y0, 0.56 * top_m), (front_m - 0.2, y1, 0.82 * top_m), TRIM)


def _skirts(
    builder: MeshBuilder, half_m: float, floor_m: float, extent_m: tuple[float, float]
) -> None:
    """Side guards between the axles."""
    front, rear = extent_m
    for side in (-1.0, 1.0):
        y = side * (half_m - 0.06)
        builder.part((0.0, 0.0, floor_m), (0.0, side, 0.0, half_m - 0.1))
        for low, high in ((floor_m - 0.28, floor_m - 0.12), (floor_m - 0.56, floor_m - 0.40)):
            loop = [(front, y, low), (rear, y, low), (rear, y, high), (front, y, high)]
            builder.face(loop, Finish((0.30, 0.30, 0.31), 0.05))


def _tail(builder: MeshBuilder, rear_m: float, half_m: float, floor_m: float) -> None:
    """Underrun bar, lamps, plate and the red and white contour marking."""
    x = rear_m - 0.01
    builder.part((0.0, 0.0, floor_m), (-1.0, 0.0, 0.0, -rear_m - 0.1))

    def panel(y0: float, y1: float, z0: float, z1: float, finish: Finish) -> None:
        builder.face([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)], finish)

    panel(-0.92 * half_m, 0.92 * half_m, floor_m - 0.50, floor_m - 0.34, TRIM)
    panel(-0.26, 0.26, floor_m - 0.16, floor_m - 0.05, PLATE)
    for side, amber in ((1.0, AMBER_LEFT), (-1.0, AMBER_RIGHT)):
        y = [side * share * half_m for share in (0.58, 0.78, 0.90)]
        panel(min(y[:2]), max(y[:2]), floor_m - 0.30, floor_m - 0.16, TAILLAMP)
        panel(min(y[1:]), max(y[1:]), floor_m - 0.30, floor_m - 0.16, amber)
        rim = sorted((side * 0.90 * half_m, side * half_m))
        panel(rim[0], rim[1], floor_m, floor_m + 0.4, _MARKING)
        place = (x, (y[0] + y[1]) / 2, floor_m - 0.23)
        builder.lamp(place, (-1.0, 0.0, 0.0), LampRole.TAIL, 0.09)
        builder.lamp((x, y[2], floor_m - 0.23), (-1.0, side, 0.0), amber.role, 0.06)
