# SPDX-License-Identifier: Apache-2.0
"""Scenarios, and episodes drawn from them by seed."""

from wpt_sim.randomness import SEED_END, Split, check_seed, random_stream
from wpt_sim.scenario.description import (
    Ability,
    CameraLoss,
    Conditions,
    Hand,
    Layout,
    Leg,
    Rule,
    Scenario,
    Start,
    TimedCommand,
    Turn,
)
from wpt_sim.scenario.episode import START_S_M, Episode, Wind, draw_episode

__all__ = [
    'SEED_END',
    'START_S_M',
    'Ability',
    'CameraLoss',
    'Conditions',
    'Episode',
    'Hand',
    'Layout',
    'Leg',
    'Rule',
    'Scenario',
    'Split',
    'Start',
    'TimedCommand',
    'Turn',
    'Wind',
    'check_seed',
    'draw_episode',
    'random_stream',
]
