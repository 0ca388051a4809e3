# SPDX-License-Identifier: Apache-2.0
"""Conversions between ROS messages and types of `wpt_core`, one file per family of messages."""
