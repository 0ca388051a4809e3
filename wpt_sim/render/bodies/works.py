# SPDX-License-Identifier: Apache-2.0
"""Meshes of striped barriers and cones."""

import numpy as np

from wpt_sim.render.bodies.loft import Loft, block, hoop
from wpt_sim.render.bodies.mesh import Finish, LampRole, Mesh, MeshBuilder
from wpt_sim.scene import Size

__all__ = ['barrier', 'cone']

_RED = Finish((0.46, 0.022, 0.018), 0.0, LampRole.RETRO)
_WHITE = Finish((0.68, 0.68, 0.66), 0.0, LampRole.RETRO)
_ORANGE = Finish((0.62, 0.105, 0.012))
_FOOT = Finish((0.035, 0.034, 0.033))
_POLE = Finish((0.33, 0.33, 0.33), 0.03)


def barrier(size: Size) -> Mesh:
    """Build two striped boards on feet, along the longer side of the footprint."""
    builder = MeshBuilder()
    turned = size.width_m > size.length_m
    long = max(size.length_m, size.width_m) / 2
    deep, top = min(size.length_m, size.width_m) / 2, size.height_m
    thick = min(0.03, deep)
    builder.part((0.0, 0.0, 0.0))
    for x in (-0.8 * long, 0.8 * long):
        builder.inside_m = np.array((x, 0.0, 0.05))
        block(builder, (x - 0.12, -deep, 0.0), (x + 0.12, deep, 0.11), _FOOT)
    floor = 0.10
    for low, high in ((0.30 * top, 0.55 * top), (0.72 * top, top)):
        builder.part((0.0, 0.0, (floor + low) / 2), (0.0, 0.0, 1.0, floor))
        for x in (-0.8 * long, 0.8 * long):
            builder.inside_m = np.array((x, 0.0, (floor + low) / 2))
            block(builder, (x - 0.03, -thick / 2, floor), (x + 0.03, thick / 2, low), _POLE)
        builder.part((0.0, 0.0, (low + high) / 2), (0.0, 0.0, 1.0, low))
        block(builder, (-long, -thick, low), (long, thick, high), _WHITE)
        for y in (-thick - 0.002, thick + 0.002):
            _stripes(builder, long, y, (low, high))
        floor = high
    return _quarter_turn(builder).mesh() if turned else builder.mesh()


def _stripes(
    builder: MeshBuilder, long_m: float, y_m: float, height_m: tuple[float, float]
) -> None:
    """Add slanting red stripes."""
    low, high = height_m
    count = max(2, round(2 * long_m / 0.5))
    pitch = 2 * long_m / count
    for i in range(count):
        x = -long_m + i * pitch
        foot, head = (x, x + pitch / 2), (x + pitch / 2, x + pitch)
        loop = [
            (foot[0], y_m, low),
            (foot[1], y_m, low),
            (head[1], y_m, high),
            (head[0], y_m, high),
        ]
        builder.face(loop, _RED)


def _quarter_turn(builder: MeshBuilder) -> MeshBuilder:
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    builder.points = [p @ turn.T for p in builder.points]
    builder.outward = [n @ turn.T for n in builder.outward]
    return builder


def cone(size: Size) -> Mesh:
    """Build a traffic cone with white bands on a square foot."""
    builder, half, top = MeshBuilder(), size.width_m / 2, size.height_m
    builder.part((0.0, 0.0, 0.0))
    block(builder, (-size.length_m / 2, -half, 0.0), (size.length_m / 2, half, 0.05 * top), _FOOT)
    builder.part((0.0, 0.0, 0.5 * top), (0.0, 0.0, 1.0, 0.05 * top))
    wide, narrow = 0.78 * half, 0.14 * half
    shares = (0.0, 0.38, 0.68, 0.80, 0.92, 1.0)
    bands = (_ORANGE, _WHITE, _ORANGE, _WHITE, _ORANGE)
    rings = []
    for share in shares:
        radius = wide + share * (narrow - wide)
        rings.append(hoop((0.05 + 0.95 * share) * top, (radius, radius), 12))
    for lower, upper, band in zip(rings, rings[1:], bands, strict=False):
        Loft(np.stack([lower, upper]), closed=True).skin(builder, band)
    builder.face(rings[-1], Finish((0.02, 0.02, 0.02)))
    return builder.mesh()
