# SPDX-License-Identifier: Apache-2.0
"""A recording from the desk: played, planned along, compare_plans."""
