# SPDX-License-Identifier: Apache-2.0
"""The edge: ROS, the command line and the environment live here and nowhere else."""

__all__ = ['__version__']

__version__ = '0.1.0'
