# SPDX-License-Identifier: Apache-2.0
"""Lofted surfaces over a series of rings, with patches for windows and lamps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.mesh import Finish, MeshBuilder

__all__ = ['Loft', 'block', 'disc', 'hoop', 'tube']


@dataclass(frozen=True, eq=False, slots=True)
class Loft:
    """(S, R, 3) points: S rings of R points; `closed` rings join their last point to the first."""

    rings_m: NDArray[np.float64]
    closed: bool = False

    def at(self, u: float, t: float) -> NDArray[np.float64]:
        """Return the point on the skin; u counts rings, t points along a ring."""
        point: NDArray[np.float64] = self.grid([u], [t])[0, 0]
        return point

    def grid(self, u: Sequence[float], t: Sequence[float]) -> NDArray[np.float64]:
        """Return (len(u), len(t), 3) points on the skin."""
        count, last = self.rings_m.shape[1], self.rings_m.shape[1] - 2
        i = np.clip(np.floor(u), 0, len(self.rings_m) - 2).astype(int)
        j = np.floor(t).astype(int) if self.closed else np.clip(np.floor(t), 0, last).astype(int)
        a, b = (u - i)[:, None, None], (t - j)[None, :, None]
        rings = (1 - b) * self.rings_m[:, j % count] + b * self.rings_m[:, (j + 1) % count]
        points: NDArray[np.float64] = (1 - a) * rings[i] + a * rings[i + 1]
        return points

    def skin(self, builder: MeshBuilder, finish: Finish) -> None:
        """Cover the whole loft."""
        last = self.rings_m.shape[1] - (0 if self.closed else 1)
        self.patch(builder, (0, len(self.rings_m) - 1), (0, last), finish)

    def patch(
        self,
        builder: MeshBuilder,
        u: tuple[float, float],
        t: tuple[float, float],
        finish: Finish,
    ) -> None:
        """Cover a rectangle in (u, t), split where the skin has its edges."""
        points = self.grid(_cuts(*u), _cuts(*t))
        for low, high in pairwise(points):
            for k in range(len(low) - 1):
                loop = [low[k], high[k], high[k + 1], low[k + 1]]
                builder.face(loop, finish, smooth=True)


def _cuts(start: float, end: float) -> list[float]:
    """Return both ends and the integers between them."""
    return [start, *np.arange(np.floor(start) + 1, np.ceil(end)).tolist(), end]


def block(
    builder: MeshBuilder,
    low_m: tuple[float, float, float],
    high_m: tuple[float, float, float],
    finish: Finish,
) -> None:
    """Add an axis-aligned box without its underside."""
    (x0, y0, z0), (x1, y1, z1) = low_m, high_m
    base = np.array([(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)])
    top = np.add(base, (0.0, 0.0, z1 - z0))
    for i in range(4):
        j = (i + 1) % 4
        builder.face([base[i], base[j], top[j], top[i]], finish)
    builder.face(top, finish)


def disc(
    centre_m: tuple[float, float, float], radius_m: float, sides: int, turn_rad: float = 0.0
) -> NDArray[np.float64]:
    """Return (sides, 3) points of a circle in a plane y = const."""
    angle = turn_rad + np.arange(sides) * (2 * np.pi / sides)
    ring = np.column_stack([np.cos(angle), np.zeros(sides), np.sin(angle)])
    points: NDArray[np.float64] = np.asarray(centre_m) + radius_m * ring
    return points


def hoop(
    z_m: float,
    radii_m: tuple[float, float],
    sides: int,
    *,
    x_m: float = 0.0,
    turn_rad: float = 0.0,
) -> NDArray[np.float64]:
    """Return (sides, 3) points of an ellipse in a plane z = const, centred at x_m."""
    angle = turn_rad + np.arange(sides) * (2 * np.pi / sides)
    x, y = x_m + radii_m[0] * np.cos(angle), radii_m[1] * np.sin(angle)
    return np.column_stack([x, y, np.full(sides, z_m)])


def tube(
    builder: MeshBuilder,
    ends_m: tuple[NDArray[np.float64], NDArray[np.float64]],
    radii_m: tuple[float, float],
    finish: Finish,
    *,
    sides: int = 6,
    flatten: float = 1.0,
) -> None:
    """Add a tapered tube from one end to the other; `flatten` scales it along x."""
    start, end = ends_m
    axis = (end - start) / np.linalg.norm(end - start)
    across = np.cross(axis, (1.0, 0.0, 0.0) if abs(axis[0]) < 0.8 else (0.0, 1.0, 0.0))
    across = across / np.linalg.norm(across)
    along = np.cross(axis, across) * flatten
    angle = np.arange(sides) * (2 * np.pi / sides) + np.pi / sides
    ring = np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * along
    rings = np.stack([start + radii_m[0] * ring, end + radii_m[1] * ring])
    Loft(rings, closed=True).skin(builder, finish)
    builder.face(rings[1], finish, smooth=True)
    builder.face(rings[0], finish, smooth=True)
