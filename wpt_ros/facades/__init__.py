# SPDX-License-Identifier: Apache-2.0
"""What a ROS installation may bring along, each behind one small door.

Where the package is missing, NumPy and OpenCV give the same results.
"""
