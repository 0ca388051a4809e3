# SPDX-License-Identifier: Apache-2.0
"""What runs a student, whatever it runs on."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wpt_core.model.decode import RawDecision
from wpt_core.model.memory import History

__all__ = ['Backend']


class Backend(Protocol):
    """One student, loaded and warmed up; used from the thread that made it."""

    name: str

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and which of them live (N,), to features (F,)."""
        ...

    def decide(self, history: History) -> RawDecision:
        """The decision of the newest step."""
        ...
