# SPDX-License-Identifier: Apache-2.0
"""What did somebody else record? Their bags, cut where they break, as canonical episodes."""

from training.data.foreign.convert import convert_bag
from training.data.foreign.explain import explain_source
from training.data.foreign.mapping import Mapping, load_mapping
from training.data.foreign.report import ConversionReport, Cut, Segment

__all__ = [
    'ConversionReport',
    'Cut',
    'Mapping',
    'Segment',
    'convert_bag',
    'explain_source',
    'load_mapping',
]
