# SPDX-License-Identifier: Apache-2.0
"""Rendering of all bodies of a scene for all cameras."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_sim.render.bodies.billboards import Billboard, paint_plant, plant_billboards
from wpt_sim.render.bodies.lamps import add_glow, lit_lamps
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.models import actor_mesh
from wpt_sim.render.bodies.pools import add_pools, light_pools
from wpt_sim.render.bodies.raster import FaceShading, PlacedMesh, paint_faces, place_mesh
from wpt_sim.render.bodies.roadside import Roadside
from wpt_sim.render.bodies.shading import emission, shade_bodies
from wpt_sim.render.bodies.shadows import (
    contact_outlines,
    darken,
    joined,
    mesh_shadows,
    outlines,
)
from wpt_sim.render.bodies.viewpoint import Viewpoint, viewpoints
from wpt_sim.render.canvas import Canvas
from wpt_sim.render.light import Light
from wpt_sim.scene import Actor, Lights, Scene

__all__ = ['draw_bodies', 'draw_ground_shadows']

_DETAIL_PX = (20.0, 75.0)
"""Heights in the image from which the normal and the close mesh are drawn."""
_GONE_M = 120.0
"""Roadside objects farther than this are not painted."""
_FADE_M = 40.0
"""Plants appear gradually over this distance."""
_SHADOW_M = 45.0
"""Shadows of roadside objects farther than this are not painted ..."""
_ACTOR_SHADOW_M = 70.0
"""... nor those of actors ..."""
_POOL_M = 45.0
"""... nor the light of their lamps on the road."""
_LEAST_PX = 3.0
"""Built things smaller than this are not painted."""


@dataclass(frozen=True, eq=False, slots=True)
class _Solid:
    """A solid body, with everything that does not depend on the camera."""

    world_from_body: NDArray[np.float64]
    glow: NDArray[np.float64]
    centre_m: NDArray[np.float64]
    radius_m: float
    instance: int
    form: Actor | Mesh

    def mesh(self, detail: int) -> Mesh:
        """Return the mesh in this level of detail, if it has levels."""
        return self.form if isinstance(self.form, Mesh) else actor_mesh(self.form, detail)


@dataclass(frozen=True, eq=False, slots=True)
class _VisibleBody:
    """A body in the view of a camera."""

    body: _Solid
    placed: PlacedMesh
    far_m: float


def draw_bodies(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Render actors and roadside into all buffers, over the ground."""
    ego_m = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    bodies = _bodies(scene, light, roadside)
    plants = roadside.plants_near(ego_m, _GONE_M) if roadside else np.zeros(0, np.int64)
    lamps = lit_lamps((b.mesh(0), b.world_from_body, b.glow) for b in bodies if b.instance)
    views_of = [
        (viewpoint, _in_view(viewpoint, bodies)) for viewpoint in viewpoints(canvas, scene.ego)
    ]
    visible = [view for _, views in views_of for view in views]
    shaded = iter(shade_bodies([v.placed for v in visible], light, [v.body.glow for v in visible]))
    for viewpoint, views in views_of:
        tasks: list[tuple[float, Billboard | tuple[_VisibleBody, FaceShading]]] = []
        for view, shade in zip(views, islice(shaded, len(views)), strict=True):
            tasks.append((view.far_m, (view, shade)))
        if roadside is not None and len(plants):
            tasks += [
                (billboard.far_m, billboard)
                for billboard in _billboards(viewpoint, roadside, plants, light)
            ]
        for _, task in sorted(tasks, key=lambda item: -item[0]):
            if isinstance(task, Billboard):
                paint_plant(viewpoint, task, light)
            else:
                paint_faces(task[0].placed, task[1], instance=task[0].body.instance)
        add_glow(viewpoint, lamps, light)


def draw_ground_shadows(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Render shadows of bodies on the ground, and light pools of their headlamps."""
    ego_m = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    near = [a for a in scene.actors if _distance_m(a, ego_m) < _ACTOR_SHADOW_M]
    loops: list[NDArray[np.float64]] = []
    if light.sun_rgb.any():
        for actor in near:
            loops += mesh_shadows(actor_mesh(actor, 0), lift(actor.pose), light.sun_direction)
    sunless = outlines(loops, [1.0] * len(loops))
    if roadside is not None:
        sunless = joined(sunless, roadside.shadows.near(ego_m, _SHADOW_M))
    lit = light_pools([a for a in near if _distance_m(a, ego_m) < _POOL_M], light)
    contacts = contact_outlines(near)
    for viewpoint in viewpoints(canvas, scene.ego):
        darken(viewpoint, light, sunless=sunless, contacts=contacts)
        add_pools(viewpoint, lit, light)


def _distance_m(actor: Actor, position_m: tuple[float, float]) -> float:
    return float(np.hypot(actor.pose.x_m - position_m[0], actor.pose.y_m - position_m[1]))


def _bodies(scene: Scene, light: Light, roadside: Roadside | None) -> list[_Solid]:
    result = []
    for actor in sorted(scene.actors, key=lambda actor: actor.instance):
        size = actor.size
        result.append(
            _Solid(
                lift(actor.pose),
                emission(actor.lights, light, scene.time_s),
                np.array([actor.pose.x_m, actor.pose.y_m, size.height_m / 2]),
                0.5 * float(np.hypot(np.hypot(size.length_m, size.width_m), size.height_m)) + 0.4,
                actor.instance,
                actor,
            )
        )
    if roadside is None:
        return result
    unlit = emission(Lights(), light, scene.time_s)
    ego_m = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    for built in roadside.fixtures_near(ego_m, _GONE_M):
        mesh = built.mesh
        radius = mesh.radius_m
        result.append(_Solid(built.world_from_body, unlit, built.centre_m, radius, 0, mesh))
    return result


def _in_view(viewpoint: Viewpoint, bodies: list[_Solid]) -> list[_VisibleBody]:
    """Return visible bodies, in the level of detail for their size in the image."""
    if not bodies:
        return []
    centres = np.array([body.centre_m for body in bodies])
    radii = np.array([body.radius_m for body in bodies])
    far_m = np.linalg.norm(centres - viewpoint.position_m, axis=1)
    tall_px = 2 * viewpoint.buffer.camera.intrinsics.fy_px * centres[:, 2] / np.maximum(far_m, 0.5)
    actors = np.array([body.instance > 0 for body in bodies])
    shown = viewpoint.intersects(centres, radii) & (actors | (tall_px > _LEAST_PX))
    visible = []
    for i in np.flatnonzero(shown).tolist():
        body, detail = bodies[i], int(np.searchsorted(_DETAIL_PX, tall_px[i]))
        placed = place_mesh(viewpoint, body.mesh(detail), body.world_from_body, smooth=detail > 0)
        visible.append(_VisibleBody(body, placed, float(far_m[i])))
    return visible


def _billboards(
    viewpoint: Viewpoint, roadside: Roadside, chosen: NDArray[np.int64], light: Light
) -> list[Billboard]:
    centres, radii = roadside.plant_centres_m[chosen], roadside.plant_radii_m[chosen]
    in_view = viewpoint.intersects(centres, radii)
    far = np.linalg.norm(centres[in_view] - viewpoint.position_m, axis=1)
    fades = np.clip((_GONE_M - far) / _FADE_M, 0.0, 1.0)
    return plant_billboards(viewpoint, roadside.plants, chosen[in_view], light, fades=fades)
