# SPDX-License-Identifier: Apache-2.0
"""Environment variables for DDS discovery. Standard library only: set-up and doctor use it."""

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ['MAX_DOMAIN', 'domain_problem', 'ros_variables']

MAX_DOMAIN = 232
"""Each domain has its own UDP ports, and above this number none are left."""
_DOMAIN = 'ROS_DOMAIN_ID'

_PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
"""The variables of Fast DDS 2 and 3."""


def ros_variables(
    profile: Path, outer: Mapping[str, str], *, discovery: str = ''
) -> dict[str, str]:
    """Return the variables to set; those of the user win unless `discovery` is given.

    By default nodes discover each other on this machine only, so that no other machine can send
    a command.
    """
    discovery_range = discovery.upper() or outer.get('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    localhost_only = '1' if discovery_range == 'LOCALHOST' else '0'
    return {
        'ROS_AUTOMATIC_DISCOVERY_RANGE': discovery_range,
        # Humble reads only the second.
        **({'ROS_LOCALHOST_ONLY': localhost_only} if outer.get('ROS_DISTRO') == 'humble' else {}),
        **{name: outer.get(name, str(profile)) for name in _PROFILES},
    }


def domain_problem(outer: Mapping[str, str]) -> str:
    """Return the error message for an invalid ROS_DOMAIN_ID; empty for a valid one."""
    number = outer.get(_DOMAIN, '')
    # ROS reads a leading 0 as octal.
    if not number or (re.fullmatch(r'0|[1-9][0-9]{0,2}', number) and int(number) <= MAX_DOMAIN):
        return ''
    return (
        f'{_DOMAIN} must be a whole number from 0 to {MAX_DOMAIN}, got {number!r}; export another'
    )
