# SPDX-License-Identifier: Apache-2.0
"""MetaDrive in a process of its own: runs in MetaDrive's Python and imports nothing of ours.

A request is a line of JSON on standard input, its answer a line of JSON on standard output; an
image follows its answer as `image_bytes` raw bytes (rows from the top, RGB). Whatever MetaDrive
prints goes to standard error.

Coordinates are those of the rest of the project: x forward, y left, yaw and steering positive to
the left, and the place of the car is the centre of its rear axle. MetaDrive has y to the right and
headings clockwise, its body's origin lies ahead of the rear axle, and its steering counts degrees
to the left.
"""

import itertools
import json
import logging
import math
import os
import sys
from importlib import import_module
from typing import Any

STEP_S = 0.05
_PHYSICS_S = 0.025
_REPEATS = round(STEP_S / _PHYSICS_S)
_SEEDS = 100_000
_SETTLE_STEPS = 40
"""Of physics, until the springs are at rest."""
_LANE_POINT_M = 0.5
_CURVE_LENGTH_M = (40.0, 80.0)
_CURVE_ANGLE_DEG = (45.0, 135.0)
_ANISOTROPIC = '-GL_EXT_texture_filter_anisotropic -GL_ARB_texture_filter_anisotropic'
"""With these, Mesa's software renderer takes 35 s an image."""


class World:
    """One environment for all drives: its first reset takes up to 80 s, later ones 1 to 3."""

    def __init__(self, camera: dict[str, Any]) -> None:
        """`camera`: size_px, fov_deg (both across and up), position_m and pitch_rad."""
        width_px, height_px = camera['size_px']
        self._camera = camera
        self._vehicle: Any = None
        self._sensor: Any = None
        self._env: Any = import_module('metadrive').MetaDriveEnv(
            {
                'image_observation': True,
                'vehicle_config': {
                    'image_source': 'rgb_camera',
                    'rgb_camera': (width_px, height_px),
                    'stack_size': 1,
                    'show_navi_mark': False,
                    'spawn_lane_index': ('>', '>>', 0),
                },
                'rgb_clip': False,
                'interface_panel': [],
                'show_interface': False,
                'show_fps': False,
                'show_logo': False,
                'window_size': (64, 32),
                'multi_thread_render': False,
                'traffic_density': 0.0,
                'environment_num': _SEEDS,
                'map': 'S',
                'random_spawn_lane_index': False,
                'physics_world_step_size': _PHYSICS_S,
                'decision_repeat': _REPEATS,
                'on_continuous_line_done': False,
                'crash_vehicle_done': False,
                'horizon': None,
            }
        )

    def reset(
        self,
        *,
        seed: int,
        blocks: str,
        lanes: int,
        lane: int,
        radii_m: list[float],
        start_s_m: float,
        offset_m: float,
        heading_rad: float,
    ) -> dict[str, Any]:
        """Build a map and put the car beside the centre of a lane; the lane as points."""
        self._choose_map(seed, blocks, lanes, radii_m)
        self._env.reset(force_seed=seed)
        self._vehicle = self._env.vehicle
        lane_points, width_m = self._lane(lane)
        self._put(start_s_m, offset_m, heading_rad, lane)
        self._place_camera()
        return {
            **self._state(),
            'lane_points_m': lane_points,
            'lane_width_m': width_m,
            'lanes_left': lane,
            'lanes_right': lanes - 1 - lane,
            'wheelbase_m': self._vehicle.FRONT_WHEELBASE + self._vehicle.REAR_WHEELBASE,
            'half_track_m': self._vehicle.LATERAL_TIRE_TO_CENTER + self._vehicle.TIRE_WIDTH / 2,
            'camera_height_m': self._camera_height_m(),
        }

    def speed(self, speed_mps: float) -> dict[str, float]:
        """Set the speed along the car's axis, for a drive that begins rolling."""
        self._vehicle.set_velocity((1.0, 0.0), speed_mps, in_local_frame=True)
        return self._state()

    def step(self, wheel_angle_rad: float, pedal: float) -> dict[str, float]:
        """Hold steering (left positive) and pedal (-1 to 1) for 50 ms."""
        share = math.degrees(wheel_angle_rad) / self._vehicle.max_steering
        action = [max(-1.0, min(1.0, share)), max(-1.0, min(1.0, pedal))]
        engine = self._env.engine
        engine.before_step({'default_agent': action})
        for _ in range(_REPEATS):
            for manager in engine.managers.values():
                manager.step()
            engine.step_physics_world()
        engine.after_step()
        return self._state()

    def image(self) -> Any:
        """What the camera sees now."""
        self._env.engine.graphicsEngine.renderFrame()
        pixels = self._sensor.get_pixels_array(self._vehicle, clip=False)
        return pixels[..., ::-1]

    def _choose_map(self, seed: int, blocks: str, lanes: int, radii_m: list[float]) -> None:
        curve: Any = import_module('metadrive.component.pgblock.curve').Curve
        space: Any = import_module('metadrive.utils.space')
        name = space.Parameter
        curve.PARAMETER_SPACE = space.ParameterSpace(
            {
                name.length: space.BoxSpace(*_CURVE_LENGTH_M),
                name.radius: space.BoxSpace(*radii_m),
                name.angle: space.BoxSpace(*_CURVE_ANGLE_DEG),
                name.dir: space.DiscreteSpace(0, 1),
            }
        )
        self._env.config['map_config'].update({'config': blocks, 'lane_num': lanes})
        if self._vehicle is not None:
            self._env.engine.map_manager.maps[seed] = None

    def _lane(self, number: int) -> tuple[list[list[float]], float]:
        graph = self._env.current_map.road_network.graph
        nodes = self._vehicle.navigation.checkpoints
        points = []
        for start, end in itertools.pairwise(nodes):
            lane = graph[start][end][number]
            count = max(2, round(lane.length / _LANE_POINT_M))
            for step in range(count):
                x, y = lane.position(lane.length * step / count, 0.0)
                points.append([float(x), -float(y)])
            width_m = float(lane.width)
        return points, width_m

    def _put(self, s_m: float, offset_m: float, heading_rad: float, number: int) -> None:
        nodes = self._vehicle.navigation.checkpoints
        lane = self._env.current_map.road_network.graph[nodes[0]][nodes[1]][number]
        vehicle = self._vehicle
        x, y = lane.position(s_m, -offset_m)
        heading = lane.heading_theta_at(s_m) - heading_rad
        forward_m = vehicle.REAR_WHEELBASE
        place = (x + forward_m * math.cos(heading), y + forward_m * math.sin(heading))
        vehicle.set_position(place)
        vehicle.set_heading_theta(heading)
        for _ in range(_SETTLE_STEPS):
            self._env.engine.step_physics_world()
        vehicle.set_position(place)
        vehicle.set_heading_theta(heading)

    def _place_camera(self) -> None:
        """At its height above the ground and level, whatever the springs do to the body."""
        x_m, y_m, z_m = self._camera['position_m']
        self._sensor = self._vehicle.image_sensors['rgb_camera']
        body = self._vehicle.origin
        ground_m = body.getPos(self._env.engine.render)[2]
        pitch_deg = body.getHpr(self._env.engine.render)[1]
        camera, lens = self._sensor.get_cam(), self._sensor.get_lens()
        camera.setPos(-y_m, x_m - self._vehicle.REAR_WHEELBASE, z_m - ground_m)
        camera.setHpr(0.0, -math.degrees(self._camera['pitch_rad']) - pitch_deg, 0.0)
        lens.setFov(*self._camera['fov_deg'])

    def _camera_height_m(self) -> float:
        return float(self._sensor.get_cam().getPos(self._env.engine.render)[2])

    def _state(self) -> dict[str, float]:
        vehicle = self._vehicle
        heading = float(vehicle.heading_theta)
        forward_m = vehicle.REAR_WHEELBASE
        velocity_mps = vehicle.velocity
        along_mps = velocity_mps[0] * math.cos(heading) + velocity_mps[1] * math.sin(heading)
        return {
            'x_m': float(vehicle.position[0]) - forward_m * math.cos(heading),
            'y_m': -(float(vehicle.position[1]) - forward_m * math.sin(heading)),
            'yaw_rad': -heading,
            'speed_mps': float(along_mps),
            'yaw_rate_radps': float(vehicle.body.getAngularVelocity()[2]),
        }


def main() -> None:
    """Serve requests until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), 'wb')
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ['MESA_EXTENSION_OVERRIDE'] = _ANISOTROPIC
    logging.disable(logging.WARNING)
    world: World | None = None
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        image = b''
        if request['verb'] == 'open':
            world = World(request['camera'])
        elif world is not None:
            answer, image = answered(world, request.pop('verb'), request)
        answers.write(json.dumps(answer).encode() + b'\n' + image)
        answers.flush()


def answered(world: World, verb: str, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer to one request, and the image that follows it."""
    if verb == 'image':
        image = world.image().tobytes()
        return {'image_bytes': len(image)}, image
    verbs: dict[str, Any] = {'reset': world.reset, 'speed': world.speed, 'step': world.step}
    return verbs[verb](**request), b''


if __name__ == '__main__':
    main()
