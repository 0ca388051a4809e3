# SPDX-License-Identifier: Apache-2.0
"""A recording through the planner: `bag:=FOLDER`. Which nodes: wpt_ros/graph.py."""

from launch import LaunchDescription

from wpt_ros.launching import replay


def generate_launch_description() -> LaunchDescription:
    return replay()
