# SPDX-License-Identifier: Apache-2.0
"""Pictures of a scene, as the cameras of a rig would take them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wpt_core.types import Camera, InputError, Rig
from wpt_sim.render.bodies import draw_bodies, draw_ground_shadows, roadside
from wpt_sim.render.canvas import Canvas, Float32, Pane, blank_canvas
from wpt_sim.render.ground import (
    Ground,
    GroundView,
    build_field,
    build_locator,
    build_ribbon,
    paint_ground,
    view_ground,
)
from wpt_sim.render.lattice import build_lattice, check_height
from wpt_sim.render.lens import Lens, build_lens
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Look
from wpt_sim.render.rain import add_streaks, mirror_lamps
from wpt_sim.render.sky import SkyView, build_panorama, paint_sky, view_sky
from wpt_sim.render.view import Picture, View
from wpt_sim.render.walls import WallView, build_sides, paint_sides, view_walls
from wpt_sim.road import Road
from wpt_sim.scene import Scene

__all__ = ['Renderer']


class Renderer:
    """Paints one road in one look for one rig.

    A picture depends on nothing but these three and the scene: there is no memory from picture
    to picture, and equal scenes give equal bits.
    """

    def __init__(self, rig: Rig, road: Road, look: Look) -> None:
        _check(rig)
        self.rig, self.look, self.light = rig, look, light_from(look)
        surface, land, sky, sensor, street = map(
            np.random.default_rng, np.random.SeedSequence(look.seed).spawn(5)
        )
        panorama = build_panorama(sky, look, light=self.light, pixel_rad=_pixel_rad(rig))
        self._ground = Ground(
            locator=build_locator(road.reference),
            ribbon=build_ribbon(surface, road.section, length_m=road.length_m, look=look),
            field=build_field(land, look),
            panorama=panorama,
            light=self.light,
        )
        self._sides = build_sides(street, road)
        self._roadside = roadside(road, look)
        self._lenses = {
            camera.name: build_lens(sensor, camera.intrinsics, look=look.lens)
            for camera in rig.cameras
        }
        self._eyes: dict[tuple[str, ...], _Eyes] = {}

    def render(self, scene: Scene, cameras: Sequence[str] | None = None) -> View:
        """What these cameras (all of the rig by default) see of the scene."""
        canvas = self.radiance(scene, cameras)
        return View(tuple(self._develop(pane, scene) for pane in canvas.panes))

    def radiance(self, scene: Scene, cameras: Sequence[str] | None = None) -> Canvas:
        """The light that reaches these cameras, before lens and exposure."""
        eyes = self._eyes_of(self.rig.names if cameras is None else tuple(cameras))
        canvas = blank_canvas(eyes.cameras)
        pose = scene.ego.pose
        paint_ground(canvas, self._ground, eyes.ground, pose=pose)
        paint_sky(canvas, self._ground.panorama, eyes.sky, yaw_rad=pose.yaw_rad)
        draw_ground_shadows(canvas, scene, self.light, self._roadside)
        paint_sides(canvas, self._sides, view=eyes.walls, light=self.light, pose=pose)
        standing = (canvas.light.copy(), canvas.depth_m.copy()) if self._sides else None
        draw_bodies(canvas, scene, self.light, self._roadside)
        if standing:
            _bring_forward(canvas, *standing)
        mirror_lamps(canvas, self.light)
        return canvas

    def lens(self, camera: str) -> Lens:
        """Optics and sensor of one camera."""
        return self._lenses[camera]

    def _develop(self, pane: Pane, scene: Scene) -> Picture:
        index = self.rig.names.index(pane.camera.name)
        frame = round(scene.time_s * 1000.0)
        generator = np.random.default_rng((self.look.seed, index, frame))
        add_streaks(pane, self.light, generator)
        image = self._lenses[pane.camera.name].develop(pane.light, generator)
        return Picture(pane.camera.name, image, pane.depth_m, pane.instances)

    def _eyes_of(self, names: tuple[str, ...]) -> '_Eyes':
        """What is fixed for a choice of cameras, worked out at its first use."""
        if names not in self._eyes:
            unknown = [name for name in names if name not in self.rig.names]
            if unknown or not names or len(set(names)) < len(names):
                raise InputError(
                    f'cameras: got {names!r}; expected different names out of {self.rig.names!r}'
                )
            by_name = dict(zip(self.rig.names, self.rig.cameras, strict=True))
            chosen = tuple(by_name[name] for name in names)
            lattice = build_lattice(chosen)
            panorama = self._ground.panorama
            self._eyes[names] = _Eyes(
                cameras=chosen,
                ground=view_ground(lattice.ground, panorama, light=self.light),
                sky=view_sky(lattice.sky, panorama),
                walls=view_walls(chosen, _pixel_rad(self.rig)),
            )
        return self._eyes[names]


@dataclass(frozen=True, eq=False, slots=True)
class _Eyes:
    """Some cameras and what never changes in their pictures."""

    cameras: tuple[Camera, ...]
    ground: GroundView
    sky: SkyView
    walls: WallView


def _bring_forward(canvas: Canvas, light: Float32, depth_m: Float32) -> None:
    """Put back what stood there before, where a body was painted over something nearer."""
    hidden = np.flatnonzero(canvas.depth_m > depth_m * np.float32(1.01) + np.float32(0.3))
    canvas.light[hidden] = light[hidden]
    canvas.depth_m[hidden] = depth_m[hidden]
    canvas.instances[hidden] = 0


def _check(rig: Rig) -> None:
    """Refuse at once what would fail at the first picture."""
    if not rig.cameras:
        raise InputError('rig: has no camera; expected at least one')
    if len(set(rig.names)) < len(rig.names):
        raise InputError(f'rig: camera names {rig.names!r} repeat; give each camera its own name')
    for camera in rig.cameras:
        check_height(camera)


def _pixel_rad(rig: Rig) -> float:
    """Angle that the finest camera resolves at its middle."""
    return min(1.0 / camera.intrinsics.fx_px for camera in rig.cameras)
