# SPDX-License-Identifier: Apache-2.0
"""RViz with our view: `config:=drive` or `config:=debug`."""

from launch import LaunchDescription

from wpt_ros.launching import view


def generate_launch_description() -> LaunchDescription:
    return view()
