# SPDX-License-Identifier: Apache-2.0
"""What stands beside a road, placed once from the seed of its look."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.types import Pose2
from wpt_core.world.render.bodies.billboards import Plant
from wpt_core.world.render.bodies.fixtures import SIGNS, house, post, sign
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.bodies.plants import VARIANTS, foliage
from wpt_core.world.render.bodies.species import Species
from wpt_core.world.render.look import Look
from wpt_core.world.road import Road
from wpt_core.world.road.lanes import Edge

__all__ = ['Fixture', 'Roadside', 'roadside']

_POST_SPACING_M = 50.0
_CLEAR_M = {Edge.VERGE: 2.2, Edge.KERB: 0.2, Edge.RAIL: 4.0}
"""From the paved width to the nearest stem."""
_TREES = (Species.BROAD, Species.TALL, Species.BIRCH, Species.SPRUCE, Species.PINE)
_SHRUBS = (Species.BUSH, Species.SHRUB)


@dataclass(frozen=True, eq=False, slots=True)
class Fixture:
    """Something built, at a fixed place."""

    mesh: Mesh
    world_from_body: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Roadside:
    """All that stands beside one road; rows of the arrays are plants first, then fixtures."""

    plants: tuple[Plant, ...]
    fixtures: tuple[Fixture, ...]
    centres_m: NDArray[np.float64]
    """(N, 3) of spheres that hold them."""
    radii_m: NDArray[np.float64]


def roadside(road: Road, look: Look) -> Roadside:
    """Trees, bushes, posts, signs and houses that go with the road's edges and the look."""
    random = np.random.default_rng([look.seed, 7703])
    flora = _Flora(look, random)
    plants = [
        p for left in (False, True) for p in _grove(road, look, random, flora=flora, left=left)
    ]
    fixtures = [*_posts(road), *_signs(road, random), *_houses(road, random)]
    blocked = np.array([f.world_from_body[:2, 3] for f in fixtures if f.mesh.radius_m > 4])
    plants = _clear_of_road(road, plants, blocked.reshape(-1, 2))
    centres = [p.place_m + (0.0, 0.0, p.height_m / 2) for p in plants]
    centres += [
        f.world_from_body[:3, :3] @ f.mesh.centre_m + f.world_from_body[:3, 3] for f in fixtures
    ]
    radii = [float(np.hypot(p.height_m, p.width_m)) / 2 for p in plants]
    radii += [f.mesh.radius_m for f in fixtures]
    return Roadside(
        tuple(plants), tuple(fixtures), np.array(centres).reshape(-1, 3), np.array(radii)
    )


class _Flora:
    """The few species of a region, and their colour this season."""

    def __init__(self, look: Look, random: np.random.Generator) -> None:
        self._random = random
        self.trees = [_TREES[i] for i in random.choice(len(_TREES), 3, replace=False)]
        dry = 1.0 - look.greenery
        self._tint = np.array([1.0 + 0.55 * dry, 1.0 + 0.02 * dry, 1.0 - 0.15 * dry])

    def plant(self, species: Species, place: NDArray[np.float64], height_m: float) -> Plant:
        random = self._random
        picture = foliage(species, int(random.integers(VARIANTS)))
        stretch = float(random.choice((-1.0, 1.0)) * random.uniform(0.85, 1.15))
        tint = self._tint * random.uniform(0.78, 1.22) * (1 + random.normal(0.0, 0.05, 3))
        return Plant(picture, np.array([*place, 0.0]), height_m, stretch, tint)

    def tree(self, species: Species, place: NDArray[np.float64]) -> Plant:
        return self.plant(species, place, float(self._random.uniform(6.5, 14.0)))

    def shrub(self, place: NDArray[np.float64]) -> Plant:
        species = _SHRUBS[int(self._random.integers(2))]
        return self.plant(species, place, float(self._random.uniform(0.8, 2.6)))


def _grove(
    road: Road, look: Look, random: np.random.Generator, *, flora: _Flora, left: bool
) -> Iterator[Plant]:
    """What grows along one side, stretch by stretch."""
    section = road.section
    edge_m, edge = (
        (section.left_edge_m, section.left) if left else (section.right_edge_m, section.right)
    )
    sign_, clear = (1.0 if left else -1.0), _CLEAR_M[edge]
    s = -60.0
    while s < road.length_m + 60.0:
        length = random.uniform(35.0, 120.0)
        spots = _street_spots if edge is Edge.KERB else _land_spots
        for along, beyond, species in spots(length, look.trees, random, flora):
            offset = edge_m + sign_ * (clear + beyond)
            place = road.reference.from_frenet(s + along, offset)
            if species is None:
                yield flora.shrub(place)
            else:
                yield flora.tree(species, place)
        s += length


_Spots = Iterator[tuple[float, float, Species | None]]
"""Along the stretch, beyond the clear strip, and the species or None for a shrub."""


def _street_spots(
    length_m: float, density: float, random: np.random.Generator, flora: _Flora
) -> _Spots:
    """Between kerb and house fronts: a row of one species, or nothing."""
    if random.random() < 0.15 + 0.6 * density:
        species = flora.trees[int(random.integers(2))]
        for along in np.arange(0.0, length_m, random.uniform(9.0, 16.0)):
            yield float(along), 0.9, species


def _land_spots(
    length_m: float, density: float, random: np.random.Generator, flora: _Flora
) -> _Spots:
    """Open land, an avenue, a hedge or a wood, with single plants strewn in."""
    trees = flora.trees
    weights = np.array([1.3 - 1.1 * density, 0.9 * density, 0.25 + 0.3 * density, 1.1 * density])
    style = int(random.choice(4, p=weights / weights.sum()))
    if style == 1:
        spacing, species = random.uniform(9.0, 15.0), trees[int(random.integers(2))]
        for along in np.arange(0.0, length_m, spacing):
            yield along + random.normal(0.0, 0.6), 0.8 + abs(random.normal(0.0, 0.3)), species
    elif style == 2:
        for along in np.arange(0.0, length_m, 3.2):
            if random.random() < 0.35 + 0.5 * density:
                yield along + random.normal(0.0, 0.5), random.uniform(0.5, 2.0), None
    per_100_m = 34 * density if style == 3 else 2 + 4 * density
    for _ in range(int(random.poisson(length_m / 100 * per_100_m))):
        shrub = random.random() < 0.35
        beyond = random.uniform(1.0, 14.0) if shrub else random.uniform(2.0, 26.0)
        yield (
            random.uniform(0, length_m),
            beyond,
            None if shrub else trees[int(random.integers(3))],
        )


def _clear_of_road(road: Road, plants: list[Plant], blocked_m: NDArray[np.float64]) -> list[Plant]:
    """Without those that a bend of the road or a house has already taken the place of."""
    if not plants:
        return plants
    places = np.stack([plant.place_m[:2] for plant in plants])
    section = road.section
    line = road.reference.points_m[::4]
    reach = max(-section.right_edge_m, section.left_edge_m) + 1.2
    near = np.array([np.min(((line - place) ** 2).sum(axis=1)) for place in places])
    free = near > reach**2
    if len(blocked_m):
        apart = np.linalg.norm(places[:, None] - blocked_m[None], axis=2).min(axis=1)
        free &= apart > 9.0
    return [plant for plant, keep in zip(plants, free, strict=True) if keep]


def _fixture(road: Road, mesh: Mesh, s_m: float, offset_m: float, turn_rad: float) -> Fixture:
    x, y = road.reference.from_frenet(s_m, offset_m)
    yaw = float(road.reference.pose_at(s_m).yaw_rad) + turn_rad
    return Fixture(mesh, lift(Pose2(float(x), float(y), yaw)))


def _posts(road: Road) -> Iterator[Fixture]:
    mesh, section = post(), road.section
    for edge, offset in (
        (section.right, section.right_edge_m - 0.6),
        (section.left, section.left_edge_m + 0.6),
    ):
        if edge is Edge.VERGE:
            for s in np.arange(10.0, road.length_m, _POST_SPACING_M):
                yield _fixture(road, mesh, float(s), offset, 0.0)


def _signs(road: Road, random: np.random.Generator) -> Iterator[Fixture]:
    """Each side's signs face the traffic that drives on that side."""
    section, meshes = road.section, {kind: sign(kind) for kind in SIGNS}
    both = not all(lane.forward for lane in section.lanes)
    for left in (False, True) if both else (False,):
        s = random.uniform(40.0, 140.0)
        while s < road.length_m:
            mesh = meshes[SIGNS[int(random.choice(4, p=(0.4, 0.25, 0.2, 0.15)))]]
            away = 1.4 if mesh is not meshes['guide'] else 2.6
            offset = section.left_edge_m + away if left else section.right_edge_m - away
            yield _fixture(road, mesh, float(s), offset, np.pi if left else 0.0)
            s += random.uniform(120.0, 320.0)


def _houses(road: Road, random: np.random.Generator) -> Iterator[Fixture]:
    """Alone beside verges; streets have their fronts and motorways have none."""
    section = road.section
    line = road.reference.points_m[::4]
    for edge, edge_m, left in (
        (section.right, section.right_edge_m, False),
        (section.left, section.left_edge_m, True),
    ):
        s = random.uniform(0.0, 300.0)
        while edge is Edge.VERGE and s < road.length_m:
            away = random.uniform(16.0, 45.0)
            turn = (0.0 if left else np.pi) + random.normal(0.0, 0.35)
            offset = edge_m + (away if left else -away)
            built = _fixture(road, house(random), float(s), offset, turn)
            near = np.linalg.norm(line - built.world_from_body[:2, 3], axis=1).min()
            if near > abs(edge_m) + 10.0:
                yield built
            s += random.uniform(90.0, 500.0)
