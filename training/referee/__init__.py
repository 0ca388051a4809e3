# SPDX-License-Identifier: Apache-2.0
"""Evaluation of students in closed loop, open loop and under disturbances, with a report."""
