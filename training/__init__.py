# SPDX-License-Identifier: Apache-2.0
"""The school: offline, may be slow, may use many GPUs; knows the core and never ROS."""
