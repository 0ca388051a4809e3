# SPDX-License-Identifier: Apache-2.0
"""What may be judged on: the suites, and nothing that anybody trains on."""

from wpt_core.types import InputError
from wpt_sim.scenario import Scenario
from wpt_sim.suites import SUITES

__all__ = ['check_evaluated']

_NAMES = tuple(suite.name for suite in SUITES)


def check_evaluated(scenario: Scenario) -> None:
    """InputError unless the scenario is of a suite; the training has scenarios of its own."""
    if scenario.suite not in _NAMES:
        raise InputError(
            f'scenario {scenario.key}: only scenarios of the suites are evaluated on, '
            f'{", ".join(_NAMES)}.'
        )
