# SPDX-License-Identifier: Apache-2.0
"""Offline: episodes, trainings and evaluations; imports wpt_core and wpt_sim, never ROS."""
