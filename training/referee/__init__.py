# SPDX-License-Identifier: Apache-2.0
"""Evaluation of students: closed loop, open loop and under disturbances, with a report."""
