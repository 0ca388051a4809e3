# SPDX-License-Identifier: Apache-2.0
"""What is asked of a driver? Fixed scenarios with fixed rules, and how to run them."""

from wpt_sim.suites.outcome import Outcome, judge
from wpt_sim.suites.run import Observer, run_scenario, run_suite
from wpt_sim.suites.suite import SUITES, Suite, find, find_scenario, markdown_table

__all__ = [
    'SUITES',
    'Observer',
    'Outcome',
    'Suite',
    'find',
    'find_scenario',
    'judge',
    'markdown_table',
    'run_scenario',
    'run_suite',
]
