# SPDX-License-Identifier: Apache-2.0
"""All bodies of a scene into all pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.world.render.bodies.billboards import Plant, crown_shadows, paint_plant
from wpt_core.world.render.bodies.eye import Eye, eyes
from wpt_core.world.render.bodies.lamps import add_glow
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.bodies.models import actor_mesh
from wpt_core.world.render.bodies.raster import Placed, paint_faces
from wpt_core.world.render.bodies.roadside import Fixture, Roadside
from wpt_core.world.render.bodies.shade import coefficients, emission
from wpt_core.world.render.bodies.shadows import contact_outlines, darken, mesh_shadows
from wpt_core.world.render.canvas import Canvas
from wpt_core.world.render.light import Light
from wpt_core.world.scene import Actor, Lights, Scene

__all__ = ['draw_bodies', 'draw_ground_shadows']

_DETAIL_PX = (18.0, 75.0)
"""Heights in the picture from which the usual and the close mesh are drawn."""


_GONE_M = 190.0
"""Roadside objects farther than this are not painted."""
_FADE_M = 40.0
"""Plants appear gradually over this distance."""
_SHADOW_M = 70.0
"""Roadside objects farther than this throw no shadow."""
_LEAST_ANGLE = 0.006
"""Radius over distance below which a roadside object is not worth painting."""


@dataclass(frozen=True, eq=False, slots=True)
class _Thing:
    """A roadside object within sight of the ego."""

    body: Plant | Fixture
    centre_m: NDArray[np.float64]
    radius_m: float


@dataclass(frozen=True, eq=False, slots=True)
class _Standing:
    """An actor with what does not depend on the camera."""

    actor: Actor
    world_from_body: NDArray[np.float64]
    glow: NDArray[np.float64]

    @property
    def centre_m(self) -> NDArray[np.float64]:
        pose, size = self.actor.pose, self.actor.size
        return np.array([pose.x_m, pose.y_m, size.height_m / 2])

    @property
    def radius_m(self) -> float:
        size = self.actor.size
        return 0.5 * float(np.hypot(np.hypot(size.length_m, size.width_m), size.height_m)) + 0.4


def draw_bodies(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Paint actors and roadside into all panes, over the ground that is there."""
    bodies = sorted(
        (
            _Standing(actor, lift(actor.pose), emission(actor.lights, light, scene.time_s))
            for actor in scene.actors
        ),
        key=lambda body: body.actor.instance,
    )
    things = _nearby(roadside, scene)
    unlit = emission(Lights(), light, scene.time_s)
    centres = np.array([body.centre_m for body in bodies] + [t.centre_m for t in things])
    radii = np.array([body.radius_m for body in bodies] + [t.radius_m for t in things])
    if not len(centres):
        return
    for eye in eyes(canvas, scene.ego):
        far = np.linalg.norm(centres - eye.place_m, axis=1)
        shown = np.flatnonzero(eye.sees(centres, radii))
        glowing = []
        for i in shown[np.argsort(-far[shown], kind='stable')]:
            if i < len(bodies):
                glowing.append((bodies[i], _paint_actor(eye, bodies[i], light, float(far[i]))))
            else:
                _paint_thing(eye, things[i - len(bodies)], light, far_m=float(far[i]), glow=unlit)
        for body, mesh in glowing:
            add_glow(eye, mesh, light, body.world_from_body, body.glow)


def draw_ground_shadows(
    canvas: Canvas, scene: Scene, light: Light, roadside: Roadside | None = None
) -> None:
    """Darken the ground where bodies keep the sun or the sky off it."""
    sunless: list[NDArray[np.float64]] = []
    if light.sun_rgb.any():
        for actor in scene.actors:
            mesh = actor_mesh(actor, 0)
            sunless += mesh_shadows(mesh, lift(actor.pose), light.sun_direction)
        for thing in _nearby(roadside, scene, within_m=_SHADOW_M):
            if isinstance(thing.body, Plant):
                sunless += crown_shadows(thing.body, light.sun_direction)
            else:
                body = thing.body
                sunless += mesh_shadows(body.mesh, body.world_from_body, light.sun_direction)
    contacts = [item for actor in scene.actors for item in contact_outlines(actor)]
    for eye in eyes(canvas, scene.ego):
        darken(eye, light, sunless, contacts)


def _nearby(roadside: Roadside | None, scene: Scene, *, within_m: float = _GONE_M) -> list[_Thing]:
    """Roadside objects close enough to the ego to matter."""
    if roadside is None or not len(roadside.radii_m):
        return []
    here = (scene.ego.pose.x_m, scene.ego.pose.y_m)
    far = np.hypot(*(roadside.centres_m[:, :2] - here).T)
    tall_enough = roadside.radii_m / np.maximum(far, 1.0) > _LEAST_ANGLE
    bodies = (*roadside.plants, *roadside.fixtures)
    return [
        _Thing(bodies[i], roadside.centres_m[i], float(roadside.radii_m[i]))
        for i in np.flatnonzero((far < within_m) & tall_enough)
    ]


def _paint_actor(eye: Eye, body: _Standing, light: Light, far_m: float) -> Mesh:
    actor = body.actor
    tall_px = eye.pane.camera.intrinsics.fy_px * actor.size.height_m / max(far_m, 0.5)
    mesh = actor_mesh(actor, int(np.searchsorted(_DETAIL_PX, tall_px)))
    paint_mesh(eye, mesh, body.world_from_body, light, glow=body.glow, instance=actor.instance)
    return mesh


def _paint_thing(
    eye: Eye, thing: _Thing, light: Light, *, far_m: float, glow: NDArray[np.float64]
) -> None:
    body = thing.body
    if isinstance(body, Plant):
        fade = min(1.0, (_GONE_M - far_m) / _FADE_M)
        if fade > 0:
            paint_plant(eye, body, light, fade=fade)
    else:
        paint_mesh(eye, body.mesh, body.world_from_body, light, glow=glow, instance=0)


def paint_mesh(
    eye: Eye,
    mesh: Mesh,
    world_from_body: NDArray[np.float64],
    light: Light,
    *,
    glow: NDArray[np.float64],
    instance: int,
) -> None:
    """Paint one mesh into one picture."""
    camera_from_body = eye.camera_from_world @ world_from_body
    rotation, translation = camera_from_body[:3, :3], camera_from_body[:3, 3]
    eye_m = -rotation.T @ translation
    faces = np.array(mesh.order(eye_m), dtype=np.int64)
    if not len(faces):
        return
    placed = Placed(mesh, rotation, translation, eye_m, faces)
    paint_faces(eye, placed, coefficients(eye, placed, light, world_from_body, glow), instance)
