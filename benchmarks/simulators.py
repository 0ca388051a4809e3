# SPDX-License-Identifier: Apache-2.0
"""Observations per second of the proving ground as a simulator, by worlds, workers and views.

python -m benchmarks.simulators --worlds 4 --steps 40
"""

import argparse
import time

from training.simulators.proving_ground import ProvingGround, ProvingGroundStart
from wpt_core.types import Action

FRAMES_EVERY = 4
"""Images at 5 Hz; every step of 50 ms is an observation."""


def observations_per_s(worlds: int, workers: int, cameras: tuple[str, ...], steps: int) -> float:
    """After the first images, which build the scenery."""
    simulator = ProvingGround(workers=workers, frames_every=FRAMES_EVERY)
    try:
        simulator.reset([ProvingGroundStart(200_000 + i, cameras=cameras) for i in range(worlds)])
        start_s = time.perf_counter()
        for _ in range(steps):
            simulator.step([Action(0.0, 0.0)] * worlds)
        return worlds * steps / (time.perf_counter() - start_s)
    finally:
        simulator.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--worlds', type=int, default=4)
    parser.add_argument('--steps', type=int, default=40)
    arguments = parser.parse_args()
    print('| views | workers | observations/s | sets of images/s |')
    print('|---|---|---|---|')
    for name, cameras in (('front', ('front',)), ('six', ())):
        for workers in (0, 1, 2):
            rate = observations_per_s(arguments.worlds, workers, cameras, arguments.steps)
            print(f'| {name} | {workers} | {rate:.1f} | {rate / FRAMES_EVERY:.1f} |', flush=True)


if __name__ == '__main__':
    main()
