# SPDX-License-Identifier: Apache-2.0
"""Conversion of other recordings to episodes, cut where data is missing or wrong."""

from training.episodes.foreign.conversion_report import ConversionReport, Cut, Segment
from training.episodes.foreign.convert import convert_bag
from training.episodes.foreign.explain import explain_source
from training.episodes.foreign.mapping import Mapping, load_mapping

__all__ = [
    'ConversionReport',
    'Cut',
    'Mapping',
    'Segment',
    'convert_bag',
    'explain_source',
    'load_mapping',
]
