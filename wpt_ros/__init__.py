# SPDX-License-Identifier: Apache-2.0
"""ROS nodes, command line and launch descriptions; no other package uses ROS."""

__all__ = ['__version__']

__version__ = '0.1.0'
