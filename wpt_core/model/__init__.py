# SPDX-License-Identifier: Apache-2.0
"""The student network: extractor, bottleneck, temporal model, heads, and decoding."""

from wpt_core.model.bottleneck import Bottleneck, measured_capacity_bits
from wpt_core.model.config import CHANNELS, CONDITIONS, PRESETS, StudentConfig, preset
from wpt_core.model.decode import RawDecision, decode_action, decode_plan
from wpt_core.model.feature_buffer import FeatureBuffer, History
from wpt_core.model.heads import Decision
from wpt_core.model.student import Student

__all__ = [
    'CHANNELS',
    'CONDITIONS',
    'PRESETS',
    'Bottleneck',
    'Decision',
    'FeatureBuffer',
    'History',
    'RawDecision',
    'Student',
    'StudentConfig',
    'decode_action',
    'decode_plan',
    'measured_capacity_bits',
    'preset',
]
