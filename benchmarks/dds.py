# SPDX-License-Identifier: Apache-2.0
"""Do large images arrive? Six cameras of 1280 x 720 at 20 Hz, from one process to another.

    python -m benchmarks.dds [--seconds 10] [--runs 3]

Prints the share delivered, best effort, with Fast DDS as it comes and with our profile
(config/fastdds.xml); median over the runs, which alternate. In a checkout, within `.venv`'s
environment: `eval "$(python3 -m wpt_ros.bootstrap)"`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

__all__ = ['main', 'run']

CAMERAS, RATE_HZ = 6, 20.0
WIDTH_PX, HEIGHT_PX = 1280, 720
PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
OURS = Path(__file__).resolve().parents[1] / 'config' / 'fastdds.xml'
DOMAIN = '97'


def run(seconds: float, profile: Path | None) -> float:
    """Share of what was sent that arrived."""
    environment = {name: value for name, value in os.environ.items() if name not in PROFILES}
    environment |= {'ROS_DOMAIN_ID': DOMAIN, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST'}
    if profile is not None:
        environment |= {name: str(profile) for name in PROFILES}
    words = [sys.executable, '-m', 'benchmarks.dds', '--seconds', str(seconds), '--end']
    ends = [
        subprocess.Popen([*words, end], stdout=subprocess.PIPE, text=True, env=environment)
        for end in ('hear', 'send')
    ]
    heard, sent = (json.loads(process.communicate()[0]) for process in ends)
    return float(heard / sent)


def send(seconds: float) -> int:
    """Publish when the listener is there; how many were sent."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    rclpy.init()
    node = rclpy.create_node('send')
    outlets = [
        node.create_publisher(Image, f'camera_{k}/image_raw', qos_profile_sensor_data)
        for k in range(CAMERAS)
    ]
    message = Image(height=HEIGHT_PX, width=WIDTH_PX, encoding='rgb8', step=3 * WIDTH_PX)
    message.data = array('B', bytes(HEIGHT_PX * WIDTH_PX * 3))
    while not all(outlet.get_subscription_count() for outlet in outlets):
        time.sleep(0.05)
    begun_s, sent = time.monotonic(), 0
    while time.monotonic() < begun_s + seconds:
        for outlet in outlets:
            outlet.publish(message)
        sent += CAMERAS
        time.sleep(max(0.0, begun_s + sent / CAMERAS / RATE_HZ - time.monotonic()))
    time.sleep(1.0)
    rclpy.shutdown()
    return sent


def hear(seconds: float) -> int:
    """How many arrive until a second of silence, as bytes: counting is not to be the limit."""
    import rclpy
    from rclpy.qos import qos_profile_sensor_data
    from sensor_msgs.msg import Image

    rclpy.init()
    node = rclpy.create_node('hear')
    heard: list[int] = []
    for k in range(CAMERAS):
        node.create_subscription(
            Image,
            f'camera_{k}/image_raw',
            lambda content: heard.append(len(content)),
            qos_profile_sensor_data,
            raw=True,
        )
    end_s = time.monotonic() + seconds + 60.0
    quiet_s, count = time.monotonic(), 0
    while time.monotonic() < end_s and (not count or time.monotonic() - quiet_s < 1.0):
        rclpy.spin_once(node, timeout_sec=0.1)
        if len(heard) != count:
            quiet_s, count = time.monotonic(), len(heard)
    rclpy.shutdown()
    return count


def main(words: Sequence[str] | None = None) -> None:
    """See the head of this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=10.0)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--end', choices=('send', 'hear'), help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.end:
        print(json.dumps({'send': send, 'hear': hear}[arguments.end](arguments.seconds)))
        return
    ways = {'Fast DDS as it comes': None, 'config/fastdds.xml': OURS}
    shares: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(arguments.runs):
        for name, profile in ways.items():
            shares[name].append(run(arguments.seconds, profile))
    print(f'{CAMERAS} topics, {WIDTH_PX} x {HEIGHT_PX} rgb8, {RATE_HZ:g} Hz, best effort')
    for name, found in shares.items():
        each = ', '.join(f'{100 * share:.0f}' for share in found)
        print(f'{name:22} {100 * statistics.median(found):5.1f} % delivered ({each})')


if __name__ == '__main__':
    main()
