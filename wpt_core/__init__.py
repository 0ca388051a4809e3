# SPDX-License-Identifier: Apache-2.0
"""The thinking: no ROS, no clock, no logging, no environment variables."""
