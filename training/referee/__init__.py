# SPDX-License-Identifier: Apache-2.0
"""How well does it drive? Closed loop, open loop and under disturbance, with a report."""
