# SPDX-License-Identifier: Apache-2.0
"""All bodies of a scene into all pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wpt_core.geometry import lift
from wpt_core.world.render.bodies.eye import Eye, eyes
from wpt_core.world.render.bodies.lamps import add_glow
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.bodies.models import actor_mesh
from wpt_core.world.render.bodies.raster import Placed, paint_faces
from wpt_core.world.render.bodies.shade import coefficients, emission
from wpt_core.world.render.bodies.shadows import body_shadows, contact_outlines, darken
from wpt_core.world.render.canvas import Canvas
from wpt_core.world.render.light import Light
from wpt_core.world.scene import Actor, Scene

__all__ = ['draw_bodies', 'draw_ground_shadows']

_DETAIL_PX = (18.0, 75.0)
"""Heights in the picture from which the usual and the close mesh are drawn."""


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


def draw_bodies(canvas: Canvas, scene: Scene, light: Light) -> None:
    """Paint actors into all panes, over the ground that is there."""
    bodies = [
        _Standing(actor, lift(actor.pose), emission(actor.lights, light, scene.time_s))
        for actor in scene.actors
    ]
    for eye in eyes(canvas, scene.ego):
        seen = _seen(eye, bodies)
        meshes = [_paint(eye, body, light) for body in seen]
        for body, mesh in zip(seen, meshes, strict=True):
            add_glow(eye, mesh, light, body.world_from_body, body.glow)


def draw_ground_shadows(canvas: Canvas, scene: Scene, light: Light) -> None:
    """Darken the ground where bodies keep the sun or the sky off it."""
    sunless: list[NDArray[np.float64]] = []
    if light.sun_rgb.any():
        for actor in scene.actors:
            sunless += body_shadows(actor, actor_mesh(actor, 0), light.sun_direction)
    contacts = [item for actor in scene.actors for item in contact_outlines(actor)]
    for eye in eyes(canvas, scene.ego):
        darken(eye, light, sunless, contacts)


def _seen(eye: Eye, bodies: list[_Standing]) -> list[_Standing]:
    """Bodies in view, the farthest first."""
    if not bodies:
        return []
    centres = np.stack([body.centre_m for body in bodies])
    shown = eye.sees(centres, np.array([body.radius_m for body in bodies]))
    far = np.linalg.norm(centres - eye.place_m, axis=1)
    order = sorted(np.flatnonzero(shown), key=lambda i: (-far[i], bodies[i].actor.instance))
    return [bodies[i] for i in order]


def _paint(eye: Eye, body: _Standing, light: Light) -> Mesh:
    actor = body.actor
    far = float(np.linalg.norm(body.centre_m - eye.place_m))
    tall_px = eye.pane.camera.intrinsics.fy_px * actor.size.height_m / max(far, 0.5)
    mesh = actor_mesh(actor, int(np.searchsorted(_DETAIL_PX, tall_px)))
    paint_mesh(eye, mesh, body.world_from_body, light, glow=body.glow, instance=actor.instance)
    return mesh


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
