# SPDX-License-Identifier: Apache-2.0
"""A bare stage for bodies: one camera looking along x from 1.5 m above the ground."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from wpt_core.geometry import (
    BASE_FROM_OPTICAL_AXES,
    pixel_grid,
    rays,
    rotation_from_rpy,
    transform,
)
from wpt_core.types import Camera, EgoState, Intrinsics, Pose2
from wpt_sim.render.bodies import draw_bodies
from wpt_sim.render.canvas import Canvas, blank_canvas
from wpt_sim.render.light import Light, light_from
from wpt_sim.render.look import Look
from wpt_sim.scene import Actor, Kind, Lights, Scene, Size

SIZES = {
    Kind.CAR: Size(4.5, 1.8, 1.5),
    Kind.VAN: Size(5.4, 2.0, 2.4),
    Kind.TRUCK: Size(9.0, 2.5, 3.6),
    Kind.PEDESTRIAN: Size(0.5, 0.6, 1.75),
    Kind.BARRIER: Size(0.4, 2.0, 1.0),
    Kind.CONE: Size(0.4, 0.4, 0.75),
}


@pytest.fixture(scope='session')
def make_camera() -> Callable[..., Camera]:
    @cache
    def make(
        *,
        width: int = 256,
        fov_deg: float = 90.0,
        yaw_deg: float = 0.0,
        distortion: tuple[float, ...] = (0.0,) * 5,
    ) -> Camera:
        focal = width / 2 / np.tan(np.radians(fov_deg) / 2)
        height = width // 2
        turn = rotation_from_rpy(0.0, 0.0, np.radians(yaw_deg)) @ BASE_FROM_OPTICAL_AXES
        lens = Intrinsics(
            width, height, focal, focal, (width - 1) / 2, (height - 1) / 2, distortion
        )
        return Camera(f'yaw{yaw_deg:g}', lens, transform(turn, (0.0, 0.0, 1.5)))

    return make


@pytest.fixture(scope='session')
def make_actor() -> Callable[..., Actor]:
    def make(
        x_m: float,
        y_m: float = 0.0,
        yaw_rad: float = 0.0,
        *,
        kind: Kind = Kind.CAR,
        instance: int = 1,
        lights: Lights | None = None,
        size: Size | None = None,
        paint_seed: int = 3,
        phase_rad: float = 0.0,
    ) -> Actor:
        return Actor(
            instance,
            kind,
            Pose2(x_m, y_m, yaw_rad),
            size or SIZES[kind],
            (0.0, 0.0),
            lights=lights or Lights(),
            paint_seed=paint_seed,
            phase_rad=phase_rad,
        )

    return make


@pytest.fixture(scope='session')
def stage() -> Callable[..., Canvas]:
    """A canvas with grey flat ground below a grey sky."""

    def make(*cameras: Camera) -> Canvas:
        canvas = blank_canvas(cameras)
        canvas.light[:] = 0.3
        for buffer in canvas.buffers:
            directions = rays(buffer.camera, pixel_grid(buffer.camera.intrinsics))
            down = -(directions @ buffer.camera.base_from_camera[:3, :3].T)[..., 2]
            reach = buffer.camera.base_from_camera[2, 3] / np.maximum(down, 1e-9)
            buffer.depth_m[:] = np.where(down > 1e-6, reach, np.inf)
        return canvas

    return make


@pytest.fixture(scope='session')
def day() -> Light:
    return light_from(Look(1, haze=0.0))


@pytest.fixture(scope='session')
def make_scene() -> Callable[..., Scene]:
    def make(*actors: Actor, time_s: float = 0.0) -> Scene:
        ego = EgoState(time_s, Pose2(0.0, 0.0, 0.0), 0.0, 0.0, 0.0, 0.0)
        return Scene(time_s, ego, actors)

    return make


@pytest.fixture(scope='session')
def draw(
    stage: Callable[..., Canvas], make_scene: Callable[..., Scene], day: Light
) -> Callable[..., Canvas]:
    def make(
        *actors: Actor, cameras: tuple[Camera, ...], light: Light = day, time_s: float = 0.0
    ) -> Canvas:
        canvas = stage(*cameras)
        draw_bodies(canvas, make_scene(*actors, time_s=time_s), light)
        return canvas

    return make
