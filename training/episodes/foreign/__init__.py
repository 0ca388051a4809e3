# SPDX-License-Identifier: Apache-2.0
"""What did somebody else record? Their bags, cut where they break, as canonical episodes."""

from training.episodes.foreign.convert import convert_bag
from training.episodes.foreign.explain import explain_source
from training.episodes.foreign.mapping import Mapping, load_mapping
from training.episodes.foreign.report import ConversionReport, Cut, Segment

__all__ = [
    'ConversionReport',
    'Cut',
    'Mapping',
    'Segment',
    'convert_bag',
    'explain_source',
    'load_mapping',
]
