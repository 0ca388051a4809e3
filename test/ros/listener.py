# SPDX-License-Identifier: Apache-2.0
"""Another process of the tests: a line for each command that it hears, 1 if valid, else 0."""

import sys

import rclpy
from wpt_msgs.msg import LateralCommand

from wpt_ros import topics
from wpt_ros.qos import profile


def hear(message: LateralCommand) -> None:
    print(int(message.valid), flush=True)


if __name__ == '__main__':
    rclpy.init()
    node = rclpy.create_node('listener', namespace=sys.argv[1])
    node.create_subscription(
        LateralCommand, topics.COMMAND.name, hear, profile(topics.COMMAND.quality)
    )
    rclpy.spin(node)
