# SPDX-License-Identifier: Apache-2.0
"""Suites of fixed scenarios with fixed pass rules, and how to run them."""

from wpt_sim.suites.outcome import Outcome, judge
from wpt_sim.suites.run import Observer, run_scenario, run_suite
from wpt_sim.suites.suite import SUITES, Suite, find_scenario, find_suite, suite_section

__all__ = [
    'SUITES',
    'Observer',
    'Outcome',
    'Suite',
    'find_scenario',
    'find_suite',
    'judge',
    'run_scenario',
    'run_suite',
    'suite_section',
]
