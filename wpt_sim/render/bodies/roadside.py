# SPDX-License-Identifier: Apache-2.0
"""Plants and fixtures beside a road, placed by the seed of the look."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.types import Pose2
from wpt_sim.render.bodies.billboards import Plants
from wpt_sim.render.bodies.fixtures import SIGNS, house, post, sign
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.plants import VARIANTS, foliage
from wpt_sim.render.bodies.shadows import (
    Outlines,
    crown_shadows,
    mesh_shadows,
    outlines,
)
from wpt_sim.render.bodies.species import Species
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Look
from wpt_sim.road import Road
from wpt_sim.road.lanes import Edge

__all__ = ['Fixture', 'Roadside', 'roadside']

_POST_SPACING_M = 50.0
_CLEAR_M = {Edge.VERGE: 2.2, Edge.KERB: 0.2, Edge.RAIL: 4.0}
"""Distance from the paved width to the nearest stem."""
_HOUSE_REACH_M = 9.0
_TREES = (Species.BROAD, Species.TALL, Species.BIRCH, Species.SPRUCE, Species.PINE)
_SHRUBS = (Species.BUSH, Species.SHRUB)


@dataclass(frozen=True, eq=False, slots=True)
class Fixture:
    """A built object at a fixed place."""

    mesh: Mesh
    world_from_body: NDArray[np.float64]

    @property
    def centre_m(self) -> NDArray[np.float64]:
        """Centre of the bounding sphere, world frame."""
        turned: NDArray[np.float64] = self.world_from_body[:3, :3] @ self.mesh.centre_m
        return turned + self.world_from_body[:3, 3]


@dataclass(frozen=True, eq=False, slots=True)
class Roadside:
    """Plants and fixtures beside one road."""

    plants: Plants
    plant_centres_m: NDArray[np.float64]
    """(N, 3) centres of bounding spheres."""
    plant_radii_m: NDArray[np.float64]
    """(N,)."""
    fixtures: tuple[Fixture, ...]
    fixture_places_m: NDArray[np.float64]
    """(M, 2)."""
    shadows: Outlines
    """Shadows on the ground; empty without a sun."""

    def plants_near(self, position_m: tuple[float, float], reach_m: float) -> NDArray[np.int64]:
        """Return the indices of plants within a distance."""
        return np.flatnonzero(np.hypot(*(self.plant_centres_m[:, :2] - position_m).T) < reach_m)

    def fixtures_near(self, position_m: tuple[float, float], reach_m: float) -> list[Fixture]:
        """Return the fixtures within a distance."""
        near = np.hypot(*(self.fixture_places_m - position_m).T) < reach_m
        return [self.fixtures[i] for i in np.flatnonzero(near)]


def roadside(road: Road, look: Look) -> Roadside:
    """Place trees, bushes, posts, signs and houses according to edges and look."""
    random = np.random.default_rng([look.seed, 7703])
    flora = _Flora(look, random)
    saplings = [*_saplings(road, look, random, flora=flora, left=False)]
    saplings += _saplings(road, look, random, flora=flora, left=True)
    fixtures = [*_posts(road), *_signs(road, random), *_houses(road, random)]
    large = [f.world_from_body[:2, 3] for f in fixtures if f.mesh.radius_m > 4]
    plants = flora.plants(_clear_of_road(road, saplings, np.reshape(large, (-1, 2))))
    light, loops = light_from(look), []
    if light.sun_rgb.any():
        loops = crown_shadows(plants, light.sun_direction)
        for built in fixtures:
            loops += mesh_shadows(built.mesh, built.world_from_body, light.sun_direction)
    return Roadside(
        plants=plants,
        plant_centres_m=plants.centres_m(),
        plant_radii_m=plants.radii_m(),
        fixtures=tuple(fixtures),
        fixture_places_m=np.reshape([f.world_from_body[:2, 3] for f in fixtures], (-1, 2)),
        shadows=outlines(loops, [1.0] * len(loops)),
    )


class _Sapling(NamedTuple):
    """Place of a plant; a shrub without a species."""

    position_m: NDArray[np.float64]
    species: Species | None


class _Flora:
    """Species and tint of the plants of one road."""

    def __init__(self, look: Look, random: np.random.Generator) -> None:
        self._random = random
        self.trees = [_TREES[i] for i in random.choice(len(_TREES), 3, replace=False)]
        dry = 1.0 - look.greenery
        self._tint = np.array([1.0 + 0.55 * dry, 1.0 + 0.02 * dry, 1.0 - 0.15 * dry])

    def plants(self, saplings: list[_Sapling]) -> Plants:
        """Draw the plants, each different."""
        random, count = self._random, len(saplings)
        shrubs = [_SHRUBS[i] for i in random.integers(len(_SHRUBS), size=count)]
        species = [
            shrub if s.species is None else s.species
            for s, shrub in zip(saplings, shrubs, strict=True)
        ]
        variants = random.integers(VARIANTS, size=count).tolist()
        images = tuple(foliage(s, v) for s, v in zip(species, variants, strict=True))
        low = np.array([s in _SHRUBS for s in species])
        heights = np.where(low, random.uniform(0.8, 2.6, count), random.uniform(6.5, 14.0, count))
        aspects = np.array([image.aspect for image in images])
        tone = random.uniform(0.78, 1.22, (count, 1)) * (1 + random.normal(0.0, 0.05, (count, 3)))
        places = np.reshape([s.position_m for s in saplings], (-1, 2))
        return Plants(
            images=images,
            feet_m=np.column_stack([places, np.zeros(count)]),
            heights_m=heights,
            widths_m=heights * aspects * random.uniform(0.85, 1.15, count),
            mirrored=random.random(count) < 0.5,
            tints=self._tint * tone,
        )


def _saplings(
    road: Road, look: Look, random: np.random.Generator, *, flora: _Flora, left: bool
) -> Iterator[_Sapling]:
    """Draw the plants along one side, stretch by stretch."""
    section = road.section
    edge = section.left if left else section.right
    edge_m = section.left_edge_m if left else section.right_edge_m
    spots = _street_spots if edge is Edge.KERB else _land_spots
    s = -60.0
    while s < road.length_m + 60.0:
        length = random.uniform(35.0, 120.0)
        for along, beyond, species in spots(length, look.trees, random, flora):
            away = _CLEAR_M[edge] + beyond
            offset = edge_m + (away if left else -away)
            yield _Sapling(road.reference.from_frenet(s + along, offset), species)
        s += length


_Spots = Iterator[tuple[float, float, Species | None]]
"""Distance along the stretch, distance beyond the clear strip, and species (None: shrub)."""


def _street_spots(
    length_m: float, density: float, random: np.random.Generator, flora: _Flora
) -> _Spots:
    """Draw a row of one species between kerb and house fronts, or nothing."""
    if random.random() < 0.15 + 0.6 * density:
        species = flora.trees[int(random.integers(2))]
        for along in np.arange(0.0, length_m, random.uniform(9.0, 16.0)):
            yield float(along), 0.9, species


def _land_spots(
    length_m: float, density: float, random: np.random.Generator, flora: _Flora
) -> _Spots:
    """Draw open land, an avenue, a hedge or a wood, with scattered plants."""
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
    per_100_m = 26 * density if style == 3 else 2 + 4 * density
    for _ in range(int(random.poisson(length_m / 100 * per_100_m))):
        shrub = random.random() < 0.35
        beyond = random.uniform(1.0, 14.0) if shrub else random.uniform(2.0, 26.0)
        yield (
            random.uniform(0, length_m),
            beyond,
            None if shrub else trees[int(random.integers(3))],
        )


def _clear_of_road(
    road: Road, saplings: list[_Sapling], blocked_m: NDArray[np.float64]
) -> list[_Sapling]:
    """Drop plants on the road or too close to a house."""
    section = road.section
    line = road.reference.points_m[::4]
    reach = max(-section.right_edge_m, section.left_edge_m)

    def free(sapling: _Sapling) -> bool:
        near = np.min(((line - sapling.position_m) ** 2).sum(axis=1))
        apart = np.linalg.norm(blocked_m - sapling.position_m, axis=1).min(initial=np.inf)
        return bool(near > (reach + 0.8) ** 2 and apart > _HOUSE_REACH_M)

    return [sapling for sapling in saplings if free(sapling)]


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
    """Place signs that face the traffic of their side."""
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
    """Place single houses beside verges; streets have fronts, motorways no houses."""
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
