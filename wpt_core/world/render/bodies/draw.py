# SPDX-License-Identifier: Apache-2.0
"""All bodies of a scene into all pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.world.render.bodies.billboards import Sheet, paint_plant, sheets
from wpt_core.world.render.bodies.eye import Eye, eyes
from wpt_core.world.render.bodies.lamps import add_glow
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.bodies.models import actor_mesh
from wpt_core.world.render.bodies.raster import Placed, Shade, paint_faces, place
from wpt_core.world.render.bodies.roadside import Roadside
from wpt_core.world.render.bodies.shade import emission, shades
from wpt_core.world.render.bodies.shadows import (
    contact_outlines,
    darken,
    joined,
    mesh_shadows,
    outlines,
)
from wpt_core.world.render.canvas import Canvas
from wpt_core.world.render.light import Light
from wpt_core.world.scene import Actor, Lights, Scene

__all__ = ['draw_bodies', 'draw_ground_shadows']

_DETAIL_PX = (18.0, 75.0)
"""Heights in the picture from which the usual and the close mesh are drawn."""
_GONE_M = 140.0
"""Roadside objects farther than this are not painted."""
_FADE_M = 40.0
"""Plants appear gradually over this distance."""
_SHADOW_M = 50.0
"""Shadows of roadside objects farther than this are not painted."""
_LEAST_PX = 2.5
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

    def mesh(self, tall_px: float) -> Mesh:
        """In the detail that its size in the picture deserves."""
        if isinstance(self.form, Mesh):
            return self.form
        return actor_mesh(self.form, int(np.searchsorted(_DETAIL_PX, tall_px)))


def draw_bodies(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Paint actors and roadside into all panes, over the ground that is there."""
    bodies = _bodies(scene, light, roadside)
    here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    plants = roadside.plants_near(here, _GONE_M) if roadside else np.zeros(0, np.int64)
    for eye in eyes(canvas, scene.ego):
        seen = _in_view(eye, bodies)
        tasks: list[tuple[float, Sheet | tuple[_Body, Placed, Shade]]] = []
        placed = [place(eye, body.mesh(tall_px), body.world_from_body) for body, tall_px in seen]
        looks = shades(eye, placed, light, [body.glow for body, _ in seen])
        for (body, _), looked, shade in zip(seen, placed, looks, strict=True):
            far = float(np.linalg.norm(body.centre_m - eye.place_m))
            tasks.append((far, (body, looked, shade)))
        if roadside is not None and len(plants):
            tasks += [(sheet.far_m, sheet) for sheet in _sheets(eye, roadside, plants, light)]
        for _, task in sorted(tasks, key=lambda item: -item[0]):
            if isinstance(task, Sheet):
                paint_plant(eye, task, light)
            else:
                paint_faces(eye, task[1], task[2], instance=task[0].instance)
        for (body, _), looked in zip(seen, placed, strict=True):
            add_glow(eye, looked.mesh, light, body.world_from_body, body.glow)


def draw_ground_shadows(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Darken the ground where bodies keep the sun or the sky off it."""
    loops: list[NDArray[np.float64]] = []
    if light.sun_rgb.any():
        for actor in scene.actors:
            loops += mesh_shadows(actor_mesh(actor, 0), lift(actor.pose), light.sun_direction)
    sunless = outlines(loops, [1.0] * len(loops))
    if roadside is not None:
        here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
        sunless = joined([sunless, roadside.shadows.near(here, _SHADOW_M)])
    contacts = contact_outlines(scene.actors)
    for eye in eyes(canvas, scene.ego):
        darken(eye, light, sunless=sunless, contacts=contacts)


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


def _in_view(eye: Eye, bodies: list[_Body]) -> list[tuple[_Body, float]]:
    """Bodies worth painting, and about how many pixels high they are."""
    if not bodies:
        return []
    centres = np.stack([body.centre_m for body in bodies])
    radii = np.array([body.radius_m for body in bodies])
    far = np.maximum(np.linalg.norm(centres - eye.place_m, axis=1), 0.5)
    tall_px = 2 * eye.pane.camera.intrinsics.fy_px * centres[:, 2] / far
    actors = np.array([body.instance > 0 for body in bodies])
    shown = eye.sees(centres, radii) & (actors | (tall_px > _LEAST_PX))
    return [(bodies[i], float(tall_px[i])) for i in np.flatnonzero(shown)]


def _sheets(eye: Eye, roadside: Roadside, chosen: NDArray[np.int64], light: Light) -> list[Sheet]:
    centres, radii = roadside.plant_centres_m[chosen], roadside.plant_radii_m[chosen]
    seen = eye.sees(centres, radii)
    far = np.linalg.norm(centres[seen] - eye.place_m, axis=1)
    fades = np.clip((_GONE_M - far) / _FADE_M, 0.0, 1.0)
    return sheets(eye, roadside.plants, chosen[seen], light, fades=fades)
