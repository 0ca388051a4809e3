# SPDX-License-Identifier: Apache-2.0
"""Meshes of passenger cars and vans: lofted lower body, greenhouse, and details."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.finishes import (
    AMBER_LEFT,
    AMBER_RIGHT,
    BRAKE_LAMP,
    CHROME,
    DARK,
    GLASS,
    HEADLAMP,
    PLATE,
    TAILLAMP,
    TRIM,
)
from wpt_sim.render.bodies.loft import Loft, block
from wpt_sim.render.bodies.mesh import Finish, LampRole, Mesh, MeshBuilder
from wpt_sim.render.bodies.shapes import Shape
from wpt_sim.render.bodies.wheels import outer_wheels, tyres
from wpt_sim.scene import Size

__all__ = ['car']


@dataclass(frozen=True, eq=False, slots=True)
class _Build:
    """Parameters of a car mesh."""

    builder: MeshBuilder
    shape: Shape
    size: Size
    colour: Finish
    detail: int
    """Level of detail: 0 far, 1 normal, 2 close."""

    def x(self, share: float) -> float:
        return (0.5 - share) * self.size.length_m

    @property
    def half_m(self) -> float:
        return self.size.width_m / 2


def car(shape: Shape, size: Size, colour: Finish, *, turn_rad: float, detail: int) -> Mesh:
    """Build the mesh of a car whose wheels are turned by `turn_rad`."""
    build = _Build(MeshBuilder(), shape, size, colour, detail)
    low = _lower(build)
    house = _greenhouse(build)
    builder, half_m = build.builder, build.half_m
    radius_m = shape.wheel * size.height_m / 1.5
    axles_m = (build.x(shape.axles[0]), build.x(shape.axles[1]))
    sill_m = min(row[1] for row in shape.nose) * size.height_m
    builder.part((0, 0, 0), (0.0, 0.0, -1.0, -sill_m))
    tyres(builder, axles_m, radius_m=radius_m, half_m=half_m, detail=detail)
    outer_wheels(
        builder,
        axles_m,
        radius_m=radius_m,
        half_m=half_m - 0.015,
        sill_m=sill_m,
        turn_rad=turn_rad,
        detail=detail,
    )
    _front(build, low)
    _rear(build, low, house)
    if detail > 0:
        _mirrors(build)
    return builder.mesh()


def _lower(build: _Build) -> Loft:
    """From the sills to the belt line; rings run from the left sill over the top to the right."""
    rows = build.shape.nose if build.detail else build.shape.nose[::2] + build.shape.nose[-1:]
    height_m = build.size.height_m
    rings = []
    for x, bottom, top, half in rows:
        y, low, high = half * build.half_m, bottom * height_m, top * height_m
        middle, shoulder = low + 0.42 * (high - low), high - 0.09 * height_m
        left = [(0.93 * y, low), (y, middle), (0.965 * y, shoulder), (0.84 * y, high)]
        ring = [*left, (0.0, high + 0.012 * height_m), *[(-a, b) for a, b in reversed(left)]]
        rings.append([(build.x(x), a, b) for a, b in ring])
    loft = Loft(np.array(rings))
    build.builder.part((0.0, 0.0, 0.4 * height_m))
    loft.skin(build.builder, build.colour)
    for ring in (loft.rings_m[0], loft.rings_m[-1]):
        build.builder.face(ring, build.colour, smooth=True)
    if build.detail:
        _bumpers(build, loft)
    return loft


def _bumpers(build: _Build, loft: Loft) -> None:
    """Dark sills and bumper edges, the joints of the doors, and the handles."""
    last = len(loft.rings_m) - 1
    for edge in ((0.0, 0.3), (7.7, 8.0)):
        loft.patch(build.builder, (0.0, last), edge, TRIM)
    if build.detail < 2:
        return
    for joint in (3.12, 3.98, 5.0):
        for t in ((0.35, 2.98), (5.02, 7.65)):
            loft.patch(build.builder, (joint, joint + 0.016), t, DARK)
    for handle in (3.75, 4.72):
        for t in ((1.72, 1.86), (6.14, 6.28)):
            loft.patch(build.builder, (handle, handle + 0.16), t, TRIM)


def _greenhouse(build: _Build) -> Loft:
    """Windows, pillars and roof; rings run around the car, from the belt up to the roof."""
    shape, size = build.shape, build.size
    belt = shape.belt * size.height_m
    screen, a, b, c, rear, tail = shape.glass
    wide, narrow = 0.93 * build.half_m, shape.roof_half * build.half_m
    base = [(screen, 0.0), (screen + 0.008, 0.62), (a, 0.98), (b, 1.0), (c, 0.99), (tail, 0.80)]
    front, roof_a, roof_b, roof_c, end = shape.roof
    top = [(front, 0.0), (front + 0.006, 0.66), (roof_a + 0.02, 0.98), (roof_b, 1.0)]
    top += [(roof_c, 0.99), (end - 0.008, 0.85)]
    rings = np.array(
        [
            _around(build, [*base, (rear, 0.0)], wide, belt - 0.02),
            _around(build, [*top, (end, 0.0)], narrow, 0.955 * size.height_m),
            _around(build, [*top, (end, 0.0)], narrow * 0.88, 0.99 * size.height_m),
        ]
    )
    middle = rings[1].mean(axis=0)
    rings[2, :, 0] = middle[0] + 0.90 * (rings[2, :, 0] - middle[0])
    loft = Loft(rings, closed=True)
    build.builder.part((middle[0], 0.0, belt), (0.0, 0.0, 1.0, belt))
    loft.skin(build.builder, build.colour)
    crown = np.add(rings[2].mean(axis=0), (0.0, 0.0, 0.01 * size.height_m))
    for i in range(12):
        build.builder.face([rings[2, i], rings[2, (i + 1) % 12], crown], build.colour, smooth=True)
    _windows(build, loft)
    return loft


def _around(
    build: _Build, left: list[tuple[float, float]], half_m: float, z_m: float
) -> NDArray[np.float64]:
    """(12, 3): the left half from the front centre to the rear centre, and its mirror image."""
    points = [(build.x(x), y * half_m, z_m) for x, y in left]
    return np.array([*points, *((x, -y, z) for x, y, z in reversed(points[1:-1]))])


def _windows(build: _Build, loft: Loft) -> None:
    builder, panelled = build.builder, build.shape.panelled
    loft.patch(builder, (0.06, 0.93), (-1.86, 1.86), GLASS)
    sides = ((2.10, 2.95),) if panelled else ((2.10, 2.94), (3.06, 3.90))
    for start, end in sides:
        loft.patch(builder, (0.10, 0.90), (start, end), GLASS)
        loft.patch(builder, (0.10, 0.90), (12 - end, 12 - start), GLASS)
    if panelled:
        loft.patch(builder, (0.30, 0.86), (5.25, 5.92), GLASS)
        loft.patch(builder, (0.30, 0.86), (6.08, 6.75), GLASS)
    else:
        loft.patch(builder, (0.16, 0.88), (5.10, 6.90), GLASS)
        loft.patch(builder, (0.89, 0.95), (5.75, 6.25), BRAKE_LAMP)


def _front(build: _Build, loft: Loft) -> None:
    """Grille, plate and headlamps, painted after the wheels since they lie ahead of them."""
    builder, height_m, half_m = build.builder, build.size.height_m, build.half_m
    x = float(loft.rings_m[0, 0, 0])
    low, high = loft.rings_m[0, 0, 2], loft.rings_m[0, 3, 2]
    builder.part((0.0, 0.0, 0.4 * height_m), (1.0, 0.0, 0.0, x - 0.1))
    middle = 0.5 * (low + high)

    def z(share: float) -> float:
        return float(low + share * (high - low))

    _panel(builder, x + 0.004, (0.46 * half_m, z(0.56), z(0.90)), DARK)
    _panel(builder, x + 0.004, (0.56 * half_m, z(0.06), z(0.36)), TRIM)
    if build.detail:
        _panel(builder, x + 0.006, (0.10 * half_m, z(0.64), z(0.82)), CHROME)
    _panel(builder, x + 0.008, (0.26, middle - 0.055, middle + 0.055), PLATE)
    for side, amber in ((1.0, AMBER_LEFT), (-1.0, AMBER_RIGHT)):
        t = (1.30, 2.35) if side > 0 else (5.65, 6.70)
        end = 1.75 if build.detail else 0.8
        loft.patch(builder, (0.12, end), t, HEADLAMP)
        amber_t = (1.00, 1.26) if side > 0 else (6.74, 7.00)
        loft.patch(builder, (0.3, end), amber_t, amber)
        place = loft.at(0.9, 1.8 if side > 0 else 6.2)
        builder.lamp(place, (1.0, 0.25 * side, 0.0), LampRole.HEAD, 0.07)
        builder.lamp(loft.at(0.9, 1.1 if side > 0 else 6.9), (1.0, side, 0.0), amber.role, 0.05)


def _rear(build: _Build, loft: Loft, house: Loft) -> None:
    builder, height_m, half_m = build.builder, build.size.height_m, build.half_m
    last = len(loft.rings_m) - 1
    x = float(loft.rings_m[-1, 0, 0])
    low, high = loft.rings_m[-1, 0, 2], loft.rings_m[-1, 3, 2]
    builder.part((0.0, 0.0, 0.4 * height_m), (-1.0, 0.0, 0.0, -x - 0.1))
    z = 0.55 * low + 0.45 * high
    _panel(builder, x - 0.004, (0.66 * half_m, low, low + 0.20 * (high - low)), TRIM)
    _panel(builder, x - 0.006, (0.26, z - 0.055, z + 0.055), PLATE)
    for side, amber in ((1.0, AMBER_LEFT), (-1.0, AMBER_RIGHT)):
        t = (1.25, 2.75) if side > 0 else (5.25, 6.75)
        turn = (1.25, 1.60) if side > 0 else (6.40, 6.75)
        start = last - 1.35 if build.detail else last - 0.9
        loft.patch(builder, (start, last), t, TAILLAMP)
        loft.patch(builder, (start, last), turn, amber)
        inner = sorted((side * 0.50 * half_m, side * 0.72 * half_m))
        top = float(loft.at(last, 2.2)[2])
        bottom = float(loft.at(last, 1.3)[2])
        loop = [
            (x - 0.005, inner[i], w) for i, w in ((0, bottom), (1, bottom), (1, top), (0, top))
        ]
        builder.face(loop, TAILLAMP)
        builder.lamp(
            loft.at(last - 0.3, 2.0 if side > 0 else 6.0), (-1, 0, 0), LampRole.TAIL, 0.09
        )
        builder.lamp(
            loft.at(last - 0.4, 1.4 if side > 0 else 6.6), (-1, side, 0), amber.role, 0.05
        )
    builder.lamp(house.at(0.9, 6.0), (-1.0, 0.0, 0.0), LampRole.BRAKE, 0.05)


def _panel(
    builder: MeshBuilder, x_m: float, extent_m: tuple[float, float, float], finish: Finish
) -> None:
    """A rectangle across the car: half width, bottom, top."""
    half, low, high = extent_m
    builder.face(
        [(x_m, -half, low), (x_m, half, low), (x_m, half, high), (x_m, -half, high)], finish
    )


def _mirrors(build: _Build) -> None:
    builder, size = build.builder, build.size
    x, z = build.x(build.shape.glass[1] + 0.035), (build.shape.belt + 0.02) * size.height_m
    for side in (-1.0, 1.0):
        near, far = side * 0.93 * build.half_m, side * (build.half_m + 0.15)
        y0, y1 = min(near, far), max(near, far)
        builder.part((x, (y0 + y1) / 2, z + 0.07), (0.0, side, 0.0, 0.93 * build.half_m))
        block(builder, (x - 0.06, y0, z), (x + 0.09, y1, z + 0.15), build.colour)
        back = [(x - 0.062, y0, z), (x - 0.062, y1, z)]
        builder.face([*back, (x - 0.062, y1, z + 0.13), (x - 0.062, y0, z + 0.13)], GLASS)
