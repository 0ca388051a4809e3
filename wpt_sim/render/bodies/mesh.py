# SPDX-License-Identifier: Apache-2.0
"""Meshes of flat faces with a back-to-front order for any viewpoint.

A body is a chain of parts: every part lies in front of its own plane, and all earlier parts lie
behind that plane. From in front of the plane the part covers the earlier ones, else they cover it;
so the painting order follows from one sign per part. In a part, which is about convex, back faces
are culled and the others are painted in their order: details (windows, lamps, plates) after the
skin.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ['Finish', 'Lamp', 'LampRole', 'Mesh', 'MeshBuilder']

_SMOOTH_COS = 0.5
"""Edges sharper than 60 degrees stay visible on rounded skins."""


class LampRole(IntEnum):
    """Light source of a face."""

    PLAIN = 0
    RETRO = 1
    HEAD = 2
    TAIL = 3
    BRAKE = 4
    LEFT = 5
    RIGHT = 6
    WINDOW = 7


@dataclass(frozen=True, slots=True)
class Finish:
    """Surface of a face: linear RGB albedo, mirror reflectance seen head-on, and role."""

    rgb: tuple[float, float, float]
    gloss: float = 0.0
    role: LampRole = LampRole.PLAIN


@dataclass(frozen=True, eq=False, slots=True)
class Lamp:
    """Position and direction of a lamp in the body frame."""

    position_m: NDArray[np.float64]
    normal: NDArray[np.float64]
    role: LampRole
    radius_m: float


@dataclass(frozen=True, eq=False, slots=True)
class Mesh:
    """V vertices, F faces, P parts; the body frame is x forward, y left, z up from the ground."""

    vertices_m: NDArray[np.float64]
    """(V, 3)."""
    loops: tuple[slice, ...]
    """Vertices of each face."""
    normals: NDArray[np.float64]
    """(F, 3), outwards."""
    offsets_m: NDArray[np.float64]
    """(F,): a point x lies on the face's plane where normal . x = offset."""
    corners_m: NDArray[np.float64]
    """(F, 4, 3): points of shading."""
    middles_m: NDArray[np.float64]
    """(F, 3): means of the corners."""
    corner_normals: NDArray[np.float64]
    """(F, 4, 3)."""
    gradients: NDArray[np.float64]
    """(F, 3, 4): from corner values to the gradient along the face."""
    surfaces: NDArray[np.float32]
    """(F, 5): albedo, mirror reflectance, and 1 for reflectors."""
    roles: NDArray[np.int64]
    """(F,)."""
    planes: NDArray[np.float64]
    """(P, 4): normal and offset of each part's plane."""
    parts: NDArray[np.int64]
    """(F,): part of each face."""
    hulls: tuple[slice, ...]
    """For each part the vertices whose convex hull casts its shadow."""
    lamps: tuple[Lamp, ...]
    centre_m: NDArray[np.float64]
    radius_m: float
    """Radius of the bounding sphere around `centre_m`."""

    def order(self, viewpoint_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return faces that face `viewpoint_m` (body frame), in painting order."""
        shown = np.flatnonzero(self.normals @ viewpoint_m > self.offsets_m + 1e-6)
        above = self.planes[:, :3] @ viewpoint_m > self.planes[:, 3]
        part = np.arange(len(above))
        rank = np.where(above, part, -1 - part)
        result: NDArray[np.int64] = shown[np.argsort(rank[self.parts[shown]], kind='stable')]
        return result


@dataclass(eq=False)
class MeshBuilder:
    """Builds a mesh: call `part`, then `face` for each of its faces."""

    points: list[NDArray[np.float64]] = field(default_factory=list)
    finishes: list[Finish] = field(default_factory=list)
    outward: list[NDArray[np.float64]] = field(default_factory=list)
    smooth: list[int] = field(default_factory=list)
    parts: list[tuple[int, NDArray[np.float64]]] = field(default_factory=list)
    lamps: list[Lamp] = field(default_factory=list)
    inside_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))

    def part(self, inside_m: ArrayLike, plane: Sequence[float] = (0.0, 0.0, 1.0, -1.0)) -> None:
        """Begin a part around the point `inside_m`, in front of `plane` (normal, offset)."""
        self.parts.append((len(self.points), np.asarray(plane, float)))
        self.inside_m = np.asarray(inside_m, float)

    def face(self, points_m: ArrayLike, finish: Finish, smooth: bool = False) -> None:
        """Add a flat or nearly flat convex face, oriented away from the inside of the part."""
        points = np.asarray(points_m, float)
        turn = _turn(points.tolist())
        length = math.hypot(*turn)
        if length < 1e-9:
            return
        normal = np.array(turn) / length
        if normal @ (points.sum(axis=0) / len(points) - self.inside_m) < 0:
            points, normal = points[::-1], -normal
        self.points.append(points)
        self.outward.append(normal)
        self.finishes.append(finish)
        self.smooth.append(len(self.parts) if smooth else 0)

    def lamp(
        self, position_m: ArrayLike, normal: ArrayLike, role: LampRole, radius_m: float
    ) -> None:
        """Add a lamp."""
        place, facing = np.asarray(position_m, float), np.asarray(normal, float)
        self.lamps.append(Lamp(place, facing / np.linalg.norm(facing), role, radius_m))

    def mesh(self) -> Mesh:
        """Return the mesh."""
        counts = np.array([len(p) for p in self.points])
        ends = np.cumsum(counts)
        vertices = np.concatenate(self.points)
        loops = tuple(slice(e - n, e) for e, n in zip(ends.tolist(), counts.tolist(), strict=True))
        corners = np.stack([p[(np.arange(4) * len(p)) // 4] for p in self.points])
        normals = np.stack(self.outward)
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        starts = [start for start, _ in self.parts] + [len(self.points)]
        spans = tuple(slice(a, b) for a, b in pairwise(starts))
        return Mesh(
            vertices_m=vertices,
            loops=loops,
            normals=normals,
            offsets_m=np.einsum('fk,fk->f', normals, _means(self.points)),
            corners_m=corners,
            middles_m=corners.mean(axis=1),
            corner_normals=self._corner_normals(corners, normals),
            gradients=np.linalg.pinv(corners - corners.mean(axis=1, keepdims=True), rcond=1e-4),
            surfaces=np.array(
                [(*f.rgb, f.gloss, f.role is LampRole.RETRO) for f in self.finishes], np.float32
            ),
            roles=np.array([int(f.role) for f in self.finishes]),
            planes=np.stack([plane for _, plane in self.parts]),
            parts=np.repeat(np.arange(len(spans)), [s.stop - s.start for s in spans]),
            hulls=tuple(
                slice(loops[s.start].start, loops[s.stop - 1].stop)
                for s in spans
                if s.stop > s.start
            ),
            lamps=tuple(self.lamps),
            centre_m=(low + high) / 2,
            radius_m=float(np.linalg.norm(high - low) / 2),
        )

    def _corner_normals(
        self, corners_m: NDArray[np.float64], normals: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return normals, blended where smooth faces of one part meet at a shallow angle."""
        flat = np.repeat(normals[:, None], 4, axis=1)
        group = np.array(self.smooth)
        chosen = np.flatnonzero(group)
        if not len(chosen):
            return flat
        own = flat[chosen].reshape(-1, 3)
        keys = np.column_stack(
            [np.round(corners_m[chosen].reshape(-1, 3) * 200), np.repeat(group[chosen], 4)]
        )
        _, place, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        order = np.argsort(place.ravel(), kind='stable')
        place, own = place.ravel()[order], own[order]
        blended = own.copy()
        for step in range(1, int(counts.max())):
            one, other = own[:-step], own[step:]
            near = (place[:-step] == place[step:]) & ((one * other).sum(axis=1) > _SMOOTH_COS)
            blended[:-step] += other * near[:, None]
            blended[step:] += one * near[:, None]
        blended /= np.linalg.norm(blended, axis=1, keepdims=True)
        flat[chosen] = blended[np.argsort(order)].reshape(-1, 4, 3)
        return flat


def _turn(loop: list[list[float]]) -> tuple[float, float, float]:
    """Return twice the area of a loop, along its normal; plain floats are faster than numpy."""
    x = y = z = 0.0
    a, b, c = loop[-1]
    for d, e, f in loop:
        x, y, z = x + b * f - c * e, y + c * d - a * f, z + a * e - b * d
        a, b, c = d, e, f
    return x, y, z


def _means(points: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.stack([p.mean(axis=0) for p in points])
