# SPDX-License-Identifier: Apache-2.0
"""What does the network say? Extractor, bottleneck, temporal model, heads, and how to run them."""

from wpt_core.model.bottleneck import Bottleneck, measured_capacity_bits
from wpt_core.model.config import CHANNELS, CONDITIONS, PRESETS, StudentConfig, preset
from wpt_core.model.decode import RawDecision, action_of, plan_of
from wpt_core.model.heads import Decision
from wpt_core.model.memory import History, Memory
from wpt_core.model.student import Student

__all__ = [
    'CHANNELS',
    'CONDITIONS',
    'PRESETS',
    'Bottleneck',
    'Decision',
    'History',
    'Memory',
    'RawDecision',
    'Student',
    'StudentConfig',
    'action_of',
    'measured_capacity_bits',
    'plan_of',
    'preset',
]
