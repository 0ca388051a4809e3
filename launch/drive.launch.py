# SPDX-License-Identifier: Apache-2.0
"""On the car; with `sim:=true` in the proving ground. Which nodes: wpt_ros/graph.py."""

from launch import LaunchDescription

from wpt_ros.launching import drive


def generate_launch_description() -> LaunchDescription:
    return drive()
