# SPDX-License-Identifier: Apache-2.0
"""How fast does the proving ground take pictures? Six views of 256 x 128 px on one core.

    python -m benchmarks.world [--sets 40]

Prints, for several looks and kinds of road with traffic, the sets of six pictures per second of
one core (processor time, so that a busy machine changes little), and the memory that one renderer
adds to the process.
"""

import argparse
import resource
import time
from collections.abc import Iterator

import cv2
import numpy as np

from wpt_core.sensing import surround_rig
from wpt_core.types import EgoState
from wpt_core.world.render import Daylight, Look, Renderer, Weather
from wpt_core.world.road import Road, RoadKind, random_road, random_section
from wpt_core.world.scene import Actor, Kind, Lights, Scene, Size

__all__ = ['main', 'render_rate']

CASES = (
    (RoadKind.COUNTRY, Daylight.DAY, Weather.CLEAR),
    (RoadKind.COUNTRY, Daylight.NIGHT, Weather.CLEAR),
    (RoadKind.COUNTRY, Daylight.DAY, Weather.RAIN),
    (RoadKind.MOTORWAY, Daylight.DAY, Weather.CLEAR),
    (RoadKind.MOTORWAY, Daylight.DUSK, Weather.OVERCAST),
    (RoadKind.CITY, Daylight.DAY, Weather.CLEAR),
    (RoadKind.CITY, Daylight.NIGHT, Weather.RAIN),
)
LENGTH_M = 700.0
SPEED_MPS = 15.0
STEP_S = 0.05
AROUND_M = (-35.0, -18.0, 22.0, 40.0, 60.0, 85.0)
"""Where other vehicles drive, ahead of the car."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--sets', type=int, default=40, help='picture sets per case (40)')
    sets = parser.parse_args().sets
    cv2.setNumThreads(1)
    total_s = 0.0
    for kind, daylight, weather in CASES:
        before_mb = _resident_mb()
        start_s = time.process_time()
        renderer, scenes = _case(kind, daylight, weather, sets)
        build_s = time.process_time() - start_s
        rate = render_rate(renderer, scenes)
        total_s += sets / rate
        print(
            f'{kind.value:9s}{daylight.value:6s}{weather.value:9s}{rate:6.1f} sets/s'
            f'   built in {build_s:.2f} s, +{_resident_mb() - before_mb:.0f} MB'
        )
        del renderer
    print(f'{"all":24s}{len(CASES) * sets / total_s:6.1f} sets/s of six pictures')
    print(f'largest resident memory {_peak_mb():.0f} MB')


def render_rate(renderer: Renderer, scenes: list[Scene]) -> float:
    """Sets of pictures per second of processor time; the first, which sets things up, is apart."""
    renderer.render(scenes[0])
    start_s = time.process_time()
    for scene in scenes:
        renderer.render(scene)
    return len(scenes) / (time.process_time() - start_s)


def _case(
    kind: RoadKind, daylight: Daylight, weather: Weather, sets: int
) -> tuple[Renderer, list[Scene]]:
    generator = np.random.default_rng(7)
    road = random_road(generator, random_section(generator, kind), length_m=LENGTH_M)
    elevation = {Daylight.DAY: 0.6, Daylight.DUSK: 0.02, Daylight.NIGHT: -0.5}[daylight]
    look = Look(seed=7, daylight=daylight, weather=weather, sun_elevation_rad=elevation)
    scenes = [_scene(road, i * STEP_S, daylight) for i in range(sets)]
    return Renderer(surround_rig(), road, look), scenes


def _scene(road: Road, time_s: float, daylight: Daylight) -> Scene:
    s_m = 100.0 + SPEED_MPS * time_s
    pose = road.lane_pose(0, s_m)
    ego = EgoState(time_s, pose, SPEED_MPS, 0.0, 0.0, 0.0)
    lights = Lights(head=daylight is not Daylight.DAY)
    return Scene(time_s, ego, tuple(_traffic(road, s_m, lights)))


def _traffic(road: Road, s_m: float, lights: Lights) -> Iterator[Actor]:
    for i, ahead_m in enumerate(AROUND_M):
        pose = road.lane_pose(i % len(road.section.lanes), s_m + ahead_m)
        truck = i % 3 == 2
        size = Size(10.0, 2.5, 3.5) if truck else Size(4.5, 1.8, 1.5)
        kind = Kind.TRUCK if truck else Kind.CAR
        yield Actor(i + 1, kind, pose, size, (0.0, 0.0), lights=lights, paint_seed=i)


def _resident_mb() -> float:
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


if __name__ == '__main__':
    main()
