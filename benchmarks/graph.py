# SPDX-License-Identifier: Apache-2.0
"""How fast is the graph on this machine? Six cameras at 20 Hz into planner, controller and gate.

    python -m benchmarks.graph [--seconds 60] [--width 1280] [--height 720] [--model DIR]

Prints: start to active; image stamp to plan published, to plan heard elsewhere, and to the gate's
command that rests on it; plans a second; processor share and memory of each node; and the share of
nodes that are not active. Latencies are of the wall clock, pictures of the proving ground. In a
checkout, within `.venv`'s environment: `eval "$(python3 -m wpt_ros.bootstrap)"`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from wpt_core.sensing import load_rig, surround_rig
from wpt_core.types import Rig

__all__ = ['main']

RATE_HZ = 20.0
NODES = ('planner', 'controller', 'gate')
DOMAIN = '98'
PERCENTILES = (50, 95, 99)
QUIET_S = 10.0
TICKS = os.sysconf('SC_CLK_TCK')
PAGE = os.sysconf('SC_PAGE_SIZE')


def used(process: int) -> tuple[float, float]:
    """Processor seconds so far, and resident megabytes."""
    fields = Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()
    pages = int(Path(f'/proc/{process}/statm').read_text().split()[1])
    return (int(fields[11]) + int(fields[12])) / TICKS, pages * PAGE / 1e6


def rig_file(folder: Path, width_px: int, height_px: int) -> Path:
    """The surround rig with pictures of another size."""
    shipped = Path(str(sys.modules['wpt_core.sensing'].__file__)).with_name('surround.yaml')
    file = folder / 'rig.yaml'
    file.write_text(
        shipped.read_text().replace('size_px: [256, 128]', f'size_px: [{width_px}, {height_px}]')
    )
    return file


def car(rig: Rig, seconds: float) -> None:
    """Publish pictures and odometry as a car does."""
    import rclpy

    from wpt_core.types import EgoState, Pose2
    from wpt_ros import topics
    from wpt_ros.conversions.images import image_message
    from wpt_ros.conversions.motion import odometry_message
    from wpt_ros.conversions.stamps import stamp_of
    from wpt_ros.qos import profile, type_of
    from wpt_sim.drive import World
    from wpt_sim.suites import find_suite

    frames = World(find_suite('lane_centre').scenarios[0], 0, rig=rig).observe().frames
    rclpy.init()
    node = rclpy.create_node('car')
    messages = [
        image_message(frame.image, stamp=stamp_of(0.0), frame_id=frame.camera) for frame in frames
    ]

    def outlet(topic: topics.Topic) -> Any:
        return node.create_publisher(type_of(topic.type_name), topic.name, profile(topic.quality))

    outlets = [outlet(topics.IMAGE.of(frame.camera)) for frame in frames]
    odometry = outlet(topics.ODOMETRY)
    begun_s = time.monotonic()
    for step in range(round(seconds * RATE_HZ)):
        now_s = time.time()
        ego = EgoState(now_s, Pose2(0.0, 0.0, 0.0), 10.0, 0.0, 0.0, 0.0)
        odometry.publish(odometry_message(ego))
        for message, out in reversed(list(zip(messages, outlets, strict=True))):
            message.header.stamp = stamp_of(now_s)
            out.publish(message)
        time.sleep(max(0.0, begun_s + (step + 1) / RATE_HZ - time.monotonic()))
    rclpy.shutdown()


class Listener:
    """Hears plans, statuses and commands, and when."""

    def __init__(self) -> None:
        import rclpy

        from wpt_ros import topics
        from wpt_ros.conversions.stamps import seconds
        from wpt_ros.qos import profile, type_of

        rclpy.init()
        self.node = rclpy.create_node('listener')
        self.published_s: list[float] = []
        self.heard_s: list[float] = []
        self.commanded_s: dict[float, float] = {}
        self.statuses = 0

        def on_plan(message: Any) -> None:
            self.heard_s.append(time.time() - seconds(message.header.stamp))

        def on_status(message: Any) -> None:
            self.statuses += 1
            if np.isfinite(message.latency_s):
                self.published_s.append(message.latency_s)

        def on_command(message: Any) -> None:
            plan_s = seconds(message.plan_stamp)
            self.commanded_s.setdefault(plan_s, time.time() - plan_s)

        for topic, callback in (
            (topics.PLAN, on_plan),
            (topics.PLANNER_STATUS, on_status),
            (topics.WANTED, on_command),
        ):
            quality = profile(topic.quality)
            self.node.create_subscription(type_of(topic.type_name), topic.name, callback, quality)

    def spin(self, seconds: float) -> None:
        import rclpy

        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            rclpy.spin_once(self.node, timeout_sec=0.05)

    def forget(self) -> None:
        del self.published_s[:], self.heard_s[:]
        self.commanded_s.clear()


def spread(values_s: Sequence[float]) -> str:
    if not len(values_s):
        return 'none'
    found = np.percentile(1e3 * np.array(values_s), PERCENTILES)
    return '  '.join(f'p{p} {v:6.1f} ms' for p, v in zip(PERCENTILES, found, strict=True))


def measured(folder: Path, rig: Path, arguments: argparse.Namespace) -> None:
    """Everything, in order."""
    from wpt_ros.graph import CommonParameters, on_car
    from wpt_ros.processes import Processes

    common = CommonParameters(rig=str(rig), model=arguments.model)
    specs = [one for one in on_car(common) if one.name in NODES]
    with Processes(
        [one.with_parameters(autostart=False) for one in specs], folder / 'inactive'
    ) as idle:
        time.sleep(QUIET_S)
        before = {name: used(idle.pid(name))[0] for name in NODES}
        time.sleep(QUIET_S)
        for name in NODES:
            share = (used(idle.pid(name))[0] - before[name]) / QUIET_S
            print(f'not active   {name:10} {100 * share:5.1f} % of a core')
    listener = Listener()
    begun_s = time.monotonic()
    with Processes(specs, folder / 'logs') as running:
        while not listener.statuses:
            listener.spin(0.05)
        print(f'start to active (planner)  {time.monotonic() - begun_s:.1f} s')
        words = [sys.executable, '-m', 'benchmarks.graph', '--car', str(rig)]
        total_s = arguments.seconds + 10.0
        publisher = subprocess.Popen([*words, '--seconds', str(total_s)])
        while not listener.heard_s:
            listener.spin(0.1)
        listener.spin(3.0)
        listener.forget()
        before_all = {name: used(running.pid(name)) for name in NODES}
        listener.spin(arguments.seconds)
        print(f'plans a second             {len(listener.heard_s) / arguments.seconds:.1f}')
        print(f'stamp to plan published    {spread(listener.published_s)}')
        print(f'stamp to plan heard        {spread(listener.heard_s)}')
        print(f'stamp to controller asks   {spread(list(listener.commanded_s.values()))}')
        for name in NODES:
            spent_s, megabytes = used(running.pid(name))
            share = (spent_s - before_all[name][0]) / arguments.seconds
            growth = megabytes - before_all[name][1]
            print(
                f'active       {name:10} {100 * share:5.1f} % of a core   {megabytes:6.0f} MB, '
                f'{growth:+.1f} MB in {arguments.seconds:g} s'
            )
        publisher.kill()


def main(words: Sequence[str] | None = None) -> None:
    """See the head of this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument('--width', type=int, default=1280)
    parser.add_argument('--height', type=int, default=720)
    parser.add_argument('--model', default='')
    parser.add_argument('--car', type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.car is not None:
        car(load_rig(arguments.car), arguments.seconds)
        return
    os.environ |= {'ROS_DOMAIN_ID': DOMAIN, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    size = f'{arguments.width} x {arguments.height}'
    print(f'{len(surround_rig().cameras)} cameras, {size}, {RATE_HZ:g} Hz, raw rgb8')
    with TemporaryDirectory() as folder:
        rig = rig_file(Path(folder), arguments.width, arguments.height)
        measured(Path(folder), rig, arguments)


if __name__ == '__main__':
    main()
