# SPDX-License-Identifier: Apache-2.0
"""Optional ROS packages, each behind one file; without the package our own code does the work."""
