# SPDX-License-Identifier: Apache-2.0
"""The renderer of a scene for the cameras of a rig."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wpt_core.types import Camera, InputError, Rig
from wpt_sim.render.bodies import draw_bodies, draw_ground_shadows, roadside
from wpt_sim.render.canvas import (
    CameraBuffer,
    Canvas,
    Float32,
    RenderedFrame,
    RenderedFrames,
    blank_canvas,
)
from wpt_sim.render.ground import (
    Ground,
    GroundView,
    build_field,
    build_locator,
    build_ribbon,
    paint_ground,
    view_ground,
)
from wpt_sim.render.lens import Lens, build_lens
from wpt_sim.render.light import light_from
from wpt_sim.render.look import Look
from wpt_sim.render.pixel_rays import build_pixel_rays, check_height
from wpt_sim.render.rain import add_streaks, mirror_lamps
from wpt_sim.render.sky import SkyView, build_panorama, paint_sky, view_sky
from wpt_sim.render.walls import WallView, build_sides, paint_sides, view_walls
from wpt_sim.road import Road
from wpt_sim.scene import Scene

__all__ = ['Renderer']


class Renderer:
    """Renders one road in one look for one rig.

    Frames depend on these three and the scene only; equal scenes give equal bits.
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
        self._camera_sets: dict[tuple[str, ...], _CameraSet] = {}

    def render(self, scene: Scene, cameras: Sequence[str] | None = None) -> RenderedFrames:
        """Render the scene for these cameras, by default all of the rig."""
        canvas = self.radiance(scene, cameras)
        return RenderedFrames(tuple(self._develop(buffer, scene) for buffer in canvas.buffers))

    def radiance(self, scene: Scene, cameras: Sequence[str] | None = None) -> Canvas:
        """Render the light that reaches these cameras, before lens and exposure."""
        camera_set = self._camera_set(self.rig.names if cameras is None else tuple(cameras))
        canvas = blank_canvas(camera_set.cameras)
        pose = scene.ego.pose
        paint_ground(canvas, self._ground, camera_set.ground, pose=pose)
        paint_sky(canvas, self._ground.panorama, camera_set.sky, yaw_rad=pose.yaw_rad)
        draw_ground_shadows(canvas, scene, self.light, self._roadside)
        paint_sides(canvas, self._sides, view=camera_set.walls, light=self.light, pose=pose)
        before_bodies = (canvas.light.copy(), canvas.depth_m.copy()) if self._sides else None
        draw_bodies(canvas, scene, self.light, self._roadside)
        if before_bodies:
            _restore_hidden(canvas, *before_bodies)
        mirror_lamps(canvas, self.light)
        return canvas

    def lens(self, camera: str) -> Lens:
        """Return optics and sensor of one camera."""
        return self._lenses[camera]

    def _develop(self, buffer: CameraBuffer, scene: Scene) -> RenderedFrame:
        index = self.rig.names.index(buffer.camera.name)
        frame = round(scene.time_s * 1000.0)
        generator = np.random.default_rng((self.look.seed, index, frame))
        add_streaks(buffer, self.light, generator)
        image = self._lenses[buffer.camera.name].develop(buffer.light, generator)
        return RenderedFrame(buffer.camera.name, image, buffer.depth_m, buffer.instances)

    def _camera_set(self, names: tuple[str, ...]) -> '_CameraSet':
        """Return the precomputed data of these cameras."""
        if names not in self._camera_sets:
            unknown = [name for name in names if name not in self.rig.names]
            if unknown or not names or len(set(names)) < len(names):
                raise InputError(
                    f'cameras: expected distinct names of {self.rig.names!r}, but got {names!r}'
                )
            by_name = dict(zip(self.rig.names, self.rig.cameras, strict=True))
            chosen = tuple(by_name[name] for name in names)
            pixel_rays = build_pixel_rays(chosen)
            panorama = self._ground.panorama
            self._camera_sets[names] = _CameraSet(
                cameras=chosen,
                ground=view_ground(pixel_rays.ground, panorama, light=self.light),
                sky=view_sky(pixel_rays.sky, panorama),
                walls=view_walls(chosen, _pixel_rad(self.rig)),
            )
        return self._camera_sets[names]


@dataclass(frozen=True, eq=False, slots=True)
class _CameraSet:
    """Some cameras with their precomputed data."""

    cameras: tuple[Camera, ...]
    ground: GroundView
    sky: SkyView
    walls: WallView


def _restore_hidden(canvas: Canvas, light: Float32, depth_m: Float32) -> None:
    """Restore pixels where a body was painted over something nearer."""
    hidden = np.flatnonzero(canvas.depth_m > depth_m * np.float32(1.01) + np.float32(0.3))
    canvas.light[hidden] = light[hidden]
    canvas.depth_m[hidden] = depth_m[hidden]
    canvas.instances[hidden] = 0


def _check(rig: Rig) -> None:
    """Raise InputError for a rig that cannot be rendered."""
    if not rig.cameras:
        raise InputError('rig: expected at least one camera, but it has none')
    if len(set(rig.names)) < len(rig.names):
        raise InputError(f'rig: camera names {rig.names!r} repeat; give each camera its own name')
    for camera in rig.cameras:
        check_height(camera)


def _pixel_rad(rig: Rig) -> float:
    """Return the angle of a central pixel of the finest camera."""
    return min(1.0 / camera.intrinsics.fx_px for camera in rig.cameras)
