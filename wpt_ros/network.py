# SPDX-License-Identifier: Apache-2.0
"""The environment in which the nodes of a graph find each other. Standard library only."""

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ['MOST_DOMAIN', 'domain_problem', 'network']

MOST_DOMAIN = 232
"""Each domain has UDP ports of its own, and above this there are none left."""
_DOMAIN = 'ROS_DOMAIN_ID'

_PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
"""Fast DDS 2 and 3 read it under different names."""


def network(profile: Path, outer: Mapping[str, str], *, discovery: str = '') -> dict[str, str]:
    """Variables to set; what the user has set already stays, unless `discovery` is given.

    By default nodes are found on this machine only: who is not on it cannot send a command.
    """
    hears = discovery.upper() or outer.get('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    # Humble knows only the second.
    only_here = '1' if hears == 'LOCALHOST' else '0'
    return {
        'ROS_AUTOMATIC_DISCOVERY_RANGE': hears,
        **({'ROS_LOCALHOST_ONLY': only_here} if outer.get('ROS_DISTRO') == 'humble' else {}),
        **{name: outer.get(name, str(profile)) for name in _PROFILES},
    }


def domain_problem(outer: Mapping[str, str]) -> str:
    """One sentence for a ROS_DOMAIN_ID that ROS cannot use; empty if it can."""
    told = outer.get(_DOMAIN, '')
    # ROS reads a leading 0 as octal.
    if not told or (re.fullmatch(r'0|[1-9][0-9]{0,2}', told) and int(told) <= MOST_DOMAIN):
        return ''
    return (
        f'{_DOMAIN} must be a whole number from 0 to {MOST_DOMAIN}, got {told!r}; export another'
    )
