# SPDX-License-Identifier: Apache-2.0
"""All bodies of a scene into all pictures."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_sim.render.bodies.billboards import Sheet, paint_plant, sheets
from wpt_sim.render.bodies.eye import Eye, eyes
from wpt_sim.render.bodies.lamps import add_glow, burning
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.models import actor_mesh
from wpt_sim.render.bodies.pools import add_pools, pools
from wpt_sim.render.bodies.raster import Placed, Shade, paint_faces, place
from wpt_sim.render.bodies.roadside import Roadside
from wpt_sim.render.bodies.shade import emission, shades
from wpt_sim.render.bodies.shadows import (
    contact_outlines,
    darken,
    joined,
    mesh_shadows,
    outlines,
)
from wpt_sim.render.canvas import Canvas
from wpt_sim.render.light import Light
from wpt_sim.scene import Actor, Lights, Scene

__all__ = ['draw_bodies', 'draw_ground_shadows']

_DETAIL_PX = (20.0, 75.0)
"""Heights in the picture from which the usual and the close mesh are drawn."""
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
class _Body:
    """Something solid, with what does not depend on the camera."""

    world_from_body: NDArray[np.float64]
    glow: NDArray[np.float64]
    centre_m: NDArray[np.float64]
    radius_m: float
    instance: int
    form: Actor | Mesh

    def mesh(self, detail: int) -> Mesh:
        """In that detail if there is a choice."""
        return self.form if isinstance(self.form, Mesh) else actor_mesh(self.form, detail)


@dataclass(frozen=True, eq=False, slots=True)
class _Look:
    """A body before an eye."""

    body: _Body
    placed: Placed
    far_m: float


def draw_bodies(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Paint actors and roadside into all panes, over the ground that is there."""
    here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    bodies = _bodies(scene, light, roadside)
    plants = roadside.plants_near(here, _GONE_M) if roadside else np.zeros(0, np.int64)
    lamps = burning((b.mesh(0), b.world_from_body, b.glow) for b in bodies if b.instance)
    seen = [(eye, _in_view(eye, bodies)) for eye in eyes(canvas, scene.ego)]
    looks = [look for _, views in seen for look in views]
    shaded = iter(shades([v.placed for v in looks], light, [v.body.glow for v in looks]))
    for eye, views in seen:
        tasks: list[tuple[float, Sheet | tuple[_Look, Shade]]] = []
        for look, shade in zip(views, islice(shaded, len(views)), strict=True):
            tasks.append((look.far_m, (look, shade)))
        if roadside is not None and len(plants):
            tasks += [(sheet.far_m, sheet) for sheet in _sheets(eye, roadside, plants, light)]
        for _, task in sorted(tasks, key=lambda item: -item[0]):
            if isinstance(task, Sheet):
                paint_plant(eye, task, light)
            else:
                paint_faces(task[0].placed, task[1], instance=task[0].body.instance)
        add_glow(eye, lamps, light)


def draw_ground_shadows(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Darken the ground where bodies keep the sun or the sky off it, and light it ahead of
    headlamps."""
    here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    near = [a for a in scene.actors if _apart_m(a, here) < _ACTOR_SHADOW_M]
    loops: list[NDArray[np.float64]] = []
    if light.sun_rgb.any():
        for actor in near:
            loops += mesh_shadows(actor_mesh(actor, 0), lift(actor.pose), light.sun_direction)
    sunless = outlines(loops, [1.0] * len(loops))
    if roadside is not None:
        sunless = joined(sunless, roadside.shadows.near(here, _SHADOW_M))
    lit = pools([a for a in near if _apart_m(a, here) < _POOL_M], light)
    contacts = contact_outlines(near)
    for eye in eyes(canvas, scene.ego):
        darken(eye, light, sunless=sunless, contacts=contacts)
        add_pools(eye, lit, light)


def _apart_m(actor: Actor, place_m: tuple[float, float]) -> float:
    return float(np.hypot(actor.pose.x_m - place_m[0], actor.pose.y_m - place_m[1]))


def _bodies(scene: Scene, light: Light, roadside: Roadside | None) -> list[_Body]:
    result = []
    for actor in sorted(scene.actors, key=lambda actor: actor.instance):
        size = actor.size
        result.append(
            _Body(
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
    here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    for built in roadside.fixtures_near(here, _GONE_M):
        mesh = built.mesh
        radius = mesh.radius_m
        result.append(_Body(built.world_from_body, unlit, built.centre_m, radius, 0, mesh))
    return result


def _in_view(eye: Eye, bodies: list[_Body]) -> list[_Look]:
    """Bodies worth painting, in the detail that their size in the picture deserves."""
    if not bodies:
        return []
    centres = np.array([body.centre_m for body in bodies])
    radii = np.array([body.radius_m for body in bodies])
    far_m = np.linalg.norm(centres - eye.place_m, axis=1)
    tall_px = 2 * eye.pane.camera.intrinsics.fy_px * centres[:, 2] / np.maximum(far_m, 0.5)
    actors = np.array([body.instance > 0 for body in bodies])
    shown = eye.sees(centres, radii) & (actors | (tall_px > _LEAST_PX))
    looks = []
    for i in np.flatnonzero(shown).tolist():
        body, detail = bodies[i], int(np.searchsorted(_DETAIL_PX, tall_px[i]))
        placed = place(eye, body.mesh(detail), body.world_from_body, smooth=detail > 0)
        looks.append(_Look(body, placed, float(far_m[i])))
    return looks


def _sheets(eye: Eye, roadside: Roadside, chosen: NDArray[np.int64], light: Light) -> list[Sheet]:
    centres, radii = roadside.plant_centres_m[chosen], roadside.plant_radii_m[chosen]
    seen = eye.sees(centres, radii)
    far = np.linalg.norm(centres[seen] - eye.place_m, axis=1)
    fades = np.clip((_GONE_M - far) / _FADE_M, 0.0, 1.0)
    return sheets(eye, roadside.plants, chosen[seen], light, fades=fades)
