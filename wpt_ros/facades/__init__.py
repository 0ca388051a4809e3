# SPDX-License-Identifier: Apache-2.0
"""Optional ROS packages, one file each; without the package our own code replaces it."""
