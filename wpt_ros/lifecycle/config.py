# SPDX-License-Identifier: Apache-2.0
"""The parameters that every node has."""

from dataclasses import dataclass

from wpt_core.types import check_bounds
from wpt_ros.lifecycle.quality import Reliability

__all__ = ['NodeConfig']


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """What every node can be told."""

    autostart: bool = True
    """Configure and activate at the start; false: wait for a lifecycle manager."""
    reliability: Reliability = Reliability.BEST_EFFORT
    """Of what is heard from sensors: best_effort (as drivers publish) or reliable (replays)."""

    def __post_init__(self) -> None:
        check_bounds(self)
