# SPDX-License-Identifier: Apache-2.0
"""Meshes of posts, signs and houses."""

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.loft import block, disc, tube
from wpt_sim.render.bodies.mesh import Finish, LampRole, Mesh, MeshBuilder

__all__ = ['SIGNS', 'house', 'post', 'sign']

_WHITE = Finish((0.62, 0.62, 0.60), 0.02)
_BLACK = Finish((0.02, 0.02, 0.02))
_STEEL = Finish((0.30, 0.31, 0.32), 0.08)
_REFLECTOR = Finish((0.60, 0.60, 0.56), 0.0, LampRole.RETRO)
_FIELD = Finish((0.66, 0.66, 0.64), 0.0, LampRole.RETRO)
_RING = Finish((0.42, 0.014, 0.014), 0.0, LampRole.RETRO)
_YELLOW = Finish((0.60, 0.36, 0.02), 0.0, LampRole.RETRO)
_BLUE = Finish((0.02, 0.08, 0.33), 0.0, LampRole.RETRO)

SIGNS = ('limit', 'warning', 'priority', 'guide')
_WALLS = (
    (0.60, 0.58, 0.52), (0.58, 0.50, 0.36), (0.52, 0.52, 0.50), (0.22, 0.095, 0.065),
    (0.44, 0.34, 0.24), (0.50, 0.40, 0.30), (0.36, 0.40, 0.40),
)  # fmt: skip
_ROOFS = ((0.20, 0.062, 0.036), (0.145, 0.055, 0.040), (0.052, 0.050, 0.052), (0.10, 0.078, 0.062))


def post() -> Mesh:
    """Build a delineator that faces -x: white, a slanting black band, a reflector."""
    builder = MeshBuilder()
    builder.part((0.0, 0.0, 0.5))
    block(builder, (-0.05, -0.06, 0.0), (0.05, 0.06, 1.0), _WHITE)
    for x in (-0.052, 0.052):
        band = [(x, -0.06, 0.68), (x, 0.06, 0.72), (x, 0.06, 0.94), (x, -0.06, 0.90)]
        builder.face(band, _BLACK)
        glass = [(x * 1.02, -0.025, 0.74), (x * 1.02, 0.025, 0.74)]
        builder.face([*glass, (x * 1.02, 0.025, 0.88), (x * 1.02, -0.025, 0.88)], _REFLECTOR)
    for y in (-0.062, 0.062):
        builder.face(
            [(-0.05, y, 0.70), (0.05, y, 0.70), (0.05, y, 0.92), (-0.05, y, 0.92)], _BLACK
        )
    return builder.mesh()


def sign(kind: str) -> Mesh:
    """Build a traffic sign that faces -x, one of `SIGNS`."""
    builder = MeshBuilder()
    top = 2.7 if kind != 'guide' else 2.3
    builder.part((0.0, 0.0, 1.0))
    for y in (-0.8, 0.8) if kind == 'guide' else (0.0,):
        builder.inside_m = np.array((0.0, y, 1.0))
        foot = np.array((0.0, y, 0.0))
        tube(builder, (foot, np.add(foot, (0, 0, top))), (0.038, 0.038), _STEEL, sides=5)
    x = -0.05
    builder.part((0.0, 0.0, top - 0.4), (-1.0, 0.0, 0.0, 0.04))
    _plate(builder, kind, x, top)
    builder.part((-0.1, 0.0, top - 0.4), (1.0, 0.0, 0.0, 0.04))
    back = np.add(_outline(kind, top), (0.045, 0.0, 0.0))
    builder.face(back, _STEEL)
    return builder.mesh()


def _outline(kind: str, top_m: float) -> NDArray[np.float64]:
    """Return the (n, 3) rim of the plate in the plane x = 0."""
    if kind == 'limit':
        ring = disc((0.0, 0.0, top_m - 0.36), 0.34, 18)
        return np.column_stack([ring[:, 1], ring[:, 0], ring[:, 2]])
    if kind == 'warning':
        return np.array([(0, -0.45, top_m - 0.75), (0, 0.45, top_m - 0.75), (0, 0, top_m + 0.03)])
    if kind == 'priority':
        z = top_m - 0.40
        return np.array([(0, -0.44, z), (0, 0, z - 0.44), (0, 0.44, z), (0, 0, z + 0.44)])
    low = top_m - 1.0
    return np.array([(0, -1.1, low), (0, 1.1, low), (0, 1.1, top_m), (0, -1.1, top_m)])


def _plate(builder: MeshBuilder, kind: str, x_m: float, top_m: float) -> None:
    rim = _outline(kind, top_m)
    middle = rim.mean(axis=0)
    colours = {
        'limit': (_RING, _FIELD, 0.76),
        'warning': (_RING, _FIELD, 0.66),
        'priority': (_FIELD, _YELLOW, 0.74),
        'guide': (_FIELD, _BLUE, 0.94),
    }
    outer, inner, share = colours[kind]
    builder.face(np.add(rim, (x_m, 0, 0)), outer)
    builder.face(middle + (rim - middle) * share + (x_m - 0.002, 0, 0), inner)

    def bar(y0: float, y1: float, z0: float, z1: float, finish: Finish) -> None:
        z, x = float(middle[2]), x_m - 0.004
        builder.face([(x, y0, z + z0), (x, y1, z + z0), (x, y1, z + z1), (x, y0, z + z1)], finish)

    if kind == 'limit':
        for y in (0.10, -0.10):
            bar(y - 0.065, y + 0.065, -0.14, 0.14, _BLACK)
            bar(y - 0.028, y + 0.028, -0.10, 0.10, _FIELD)
    elif kind == 'warning':
        bar(-0.035, 0.035, -0.10, 0.20, _BLACK)
    elif kind == 'guide':
        for z, end in ((0.18, -0.35), (-0.12, -0.05), (-0.34, -0.55)):
            bar(end, 0.85, z, z + 0.13, _FIELD)


def house(generator: np.random.Generator) -> Mesh:
    """Build a house with a gable roof; its front faces -y, its centre is the origin."""
    builder = MeshBuilder()
    long, deep = generator.uniform(4.2, 7.0), generator.uniform(3.6, 5.0)
    wall = float(generator.choice([3.1, 5.7], p=[0.45, 0.55])) * generator.uniform(0.95, 1.05)
    ridge = wall + deep * generator.uniform(0.55, 0.9)
    render = Finish(_WALLS[int(generator.integers(len(_WALLS)))])
    builder.part((0.0, 0.0, wall / 2))
    block(builder, (-long, -deep, 0.0), (long, deep, wall), render)
    for x in (-long, long):
        builder.face([(x, -deep, wall), (x, deep, wall), (x, 0.0, ridge)], render)
    for y in (-deep - 0.01, deep + 0.01):
        _openings(builder, (long, y, wall), generator)
    for x in (-long - 0.01, long + 0.01):
        _window(builder, (x, -0.5 * deep, 1.0), (0.0, 1.1, 1.35), generator)
        if wall > 4:
            _window(builder, (x, 0.15 * deep, 3.8), (0.0, 1.1, 1.35), generator)
    _roof(builder, (long + 0.4, deep + 0.5, wall, ridge), generator)
    return builder.mesh()


def _openings(
    builder: MeshBuilder, wall_m: tuple[float, float, float], generator: np.random.Generator
) -> None:
    long, y, height = wall_m
    columns = np.linspace(-0.72, 0.60, 4) * long
    door = int(generator.integers(4))
    for i, x in enumerate(columns.tolist()):
        if i == door:
            wood = Finish((0.09, 0.05, 0.03))
            builder.face([(x, y, 0), (x + 1.1, y, 0), (x + 1.1, y, 2.2), (x, y, 2.2)], wood)
        else:
            _window(builder, (x, y, 1.0), (1.15, 0.0, 1.3), generator)
        if height > 4:
            _window(builder, (x, y, 3.8), (1.15, 0.0, 1.3), generator)


def _window(
    builder: MeshBuilder,
    corner_m: tuple[float, float, float],
    extent_m: tuple[float, float, float],
    generator: np.random.Generator,
) -> None:
    """Add a white frame around a window pane; some are lit at night."""
    low, step = np.array(corner_m), np.array(extent_m)
    side, up = step * (1, 1, 0), np.array((0, 0, extent_m[2]))
    out = np.where(step[:2] == 0, np.sign(low[:2]), 0) * 0.005
    lit = generator.random() < 0.35
    pane = Finish((0.03, 0.035, 0.04), 0.12, LampRole.WINDOW if lit else LampRole.PLAIN)
    for share, finish in ((0.0, _WHITE), (0.09, pane)):
        start = low + share * (side + up) + (*(out * (share > 0)), 0)
        wide, tall = side * (1 - 2 * share), up * (1 - 2 * share)
        builder.face([start, start + wide, start + wide + tall, start + tall], finish)


def _roof(
    builder: MeshBuilder,
    extent_m: tuple[float, float, float, float],
    generator: np.random.Generator,
) -> None:
    long, deep, low, ridge = extent_m
    tiles = Finish(_ROOFS[int(generator.integers(len(_ROOFS)))], 0.01)
    builder.part((0.0, 0.0, low), (0.0, 0.0, 1.0, low))
    for y in (-deep, deep):
        eaves = low - 0.25
        builder.face(
            [(-long, y, eaves), (long, y, eaves), (long, 0, ridge), (-long, 0, ridge)], tiles
        )
    x = float(generator.uniform(-0.6, 0.6)) * long
    builder.part((x, 1.0, ridge), (0.0, 0.0, 1.0, ridge))
    block(builder, (x - 0.3, -0.3, ridge - 0.6), (x + 0.3, 0.3, ridge + 0.7), Finish(_WALLS[3]))
