# SPDX-License-Identifier: Apache-2.0
"""Wheels and wheel arches."""

import numpy as np

from wpt_sim.render.bodies.finishes import DARK, RIM, RUBBER
from wpt_sim.render.bodies.loft import disc
from wpt_sim.render.bodies.mesh import Finish, MeshBuilder

__all__ = ['outer_wheels', 'tyres']

_SPOKES = 5


def tyres(
    builder: MeshBuilder,
    axles_m: tuple[float, ...],
    *,
    radius_m: float,
    half_m: float,
    detail: int,
) -> None:
    """Add treads below the body, visible from the front and the rear."""
    sides = 12 if detail else 6
    for x in axles_m:
        for side in (-1.0, 1.0):
            outer = disc((x, side * (half_m - 0.01), radius_m), radius_m, sides)
            inner = outer - (0.0, side * 0.21, 0.0)
            builder.inside_m = np.array((x, side * (half_m - 0.1), radius_m))
            for i in range(sides):
                j = (i + 1) % sides
                builder.face([outer[i], outer[j], inner[j], inner[i]], RUBBER, smooth=True)
            builder.face(outer, RUBBER)
            builder.face(inner, RUBBER)


def outer_wheels(
    builder: MeshBuilder,
    axles_m: tuple[float, ...],
    *,
    radius_m: float,
    half_m: float,
    sill_m: float,
    turn_rad: float,
    detail: int,
    arch: Finish = DARK,
) -> None:
    """Add both sides as two parts: arch, tyre, rim and spokes on the side of the body."""
    sides = (10, 16, 24)[detail]
    for side in (-1.0, 1.0):
        y = side * half_m
        builder.part((0.0, 0.0, radius_m), (0.0, side, 0.0, half_m - 0.02))
        for x in axles_m:
            _arch(builder, (x, y, radius_m), radius_m * 1.13, sill_m, arch)
            builder.face(disc((x, y, radius_m), radius_m, sides), RUBBER)
            builder.face(disc((x, y, radius_m), radius_m * 0.68, sides), RIM)
            if detail > 0:
                _spokes(builder, (x, y, radius_m), radius_m * 0.68, -side * turn_rad)


def _arch(
    builder: MeshBuilder,
    centre_m: tuple[float, float, float],
    radius_m: float,
    sill_m: float,
    finish: Finish,
) -> None:
    ring = disc(centre_m, radius_m, 24)
    ring[:, 2] = np.maximum(ring[:, 2], sill_m)
    builder.face(ring, finish)


def _spokes(
    builder: MeshBuilder, centre_m: tuple[float, float, float], radius_m: float, turn_rad: float
) -> None:
    """Add the dark gaps between the spokes."""
    pitch = 2 * np.pi / _SPOKES
    for spoke in range(_SPOKES):
        middle = turn_rad + spoke * pitch
        angles = middle + np.array([-0.10, -0.34, 0.34, 0.10]) * pitch
        reach = radius_m * np.array([0.30, 0.90, 0.90, 0.30])
        points = [
            (centre_m[0] + r * np.cos(a), centre_m[1], centre_m[2] + r * np.sin(a))
            for a, r in zip(angles, reach, strict=True)
        ]
        builder.face(points, DARK)
