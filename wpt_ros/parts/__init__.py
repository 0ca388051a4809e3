# SPDX-License-Identifier: Apache-2.0
"""What nodes are made of that is more than a shell, and needs ROS."""
