# SPDX-License-Identifier: Apache-2.0
"""What the core has to say besides its results; the edge logs it."""

from dataclasses import dataclass
from enum import Enum

__all__ = ['Level', 'Notice']


class Level(Enum):
    """How much a notice matters to the person at the wheel or at the desk."""

    INFO = 'info'
    WARNING = 'warning'
    ERROR = 'error'


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark: `code` is stable and machine readable, `text` is one sentence."""

    level: Level
    code: str
    text: str
