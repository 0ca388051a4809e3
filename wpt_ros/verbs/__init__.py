# SPDX-License-Identifier: Apache-2.0
"""The verbs of the command line: one module each, imported only when its verb is called.

A verb module has `SUMMARY: str`, `add_arguments(parser) -> None` (arguments, and an epilog with
examples) and `run(arguments) -> int` (the exit code). It reports errors of the user by raising
`WptError` with one sentence.
"""

__all__ = ['CHECKOUT_VERBS', 'VERBS']

VERBS = {
    'drive': 'drive in the simulator with all ROS 2 nodes running, and record the drive',
    'replay': 'run the planner on a recorded drive and compare its plans with the drive',
    'world': 'drive in the simulator without ROS, and judge every drive',
    'bag': 'list or copy a recording (rosbag2 or ROS 1), without ROS',
    'doctor': 'check the installation: Python, ROS 2, packages, DDS settings',
}
"""Summary of each verb by the name of its module; the overview prints it without importing any."""

CHECKOUT_VERBS = {
    'prepare': 'record training episodes in the simulator, or convert a recording to episodes',
    'train student': 'train a student (the planner network) by imitation of recorded episodes',
    'train on-policy': 'train a student on its own drives, labelled by the expert driver',
    'evaluate': 'measure how a student drives: closed loop, open loop, with disturbances',
    'export': 'export a student to ONNX',
    'watch': 'draw the plans of a student into a video',
    'setup': 'install missing packages into .venv and build the ROS 2 messages',
    'build': 'build both ROS 2 packages with colcon',
    'check': 'run lint, type checks, import contracts and the fast tests',
    'test': 'run everything: check, slow tests, node tests, colcon build and test',
    'mutate': 'run mutation tests of the safety code',
}
"""Verbs of the script `./wpt` in a checkout; `training.cli` runs those of training."""
