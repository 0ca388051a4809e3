# SPDX-License-Identifier: Apache-2.0
"""What is a drive made of? Scenarios, and the seeds that draw what they leave open."""

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
from wpt_sim.scenario.episode import START_S_M, Episode, draw_episode
from wpt_sim.scenario.seeds import SEED_END, Split, check_seed, random_stream
from wpt_sim.scenario.wind import Wind

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
