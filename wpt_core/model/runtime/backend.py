# SPDX-License-Identifier: Apache-2.0
"""The protocol of all back ends, the checks of their inputs, and the warm-up."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wpt_core.model.config import CONDITIONS, StudentConfig
from wpt_core.model.decode import RawDecision
from wpt_core.model.feature_buffer import History
from wpt_core.types import InputError

__all__ = ['Backend', 'blank_history', 'blank_views', 'check_history', 'check_views', 'warm_up']


class Backend(Protocol):
    """A loaded and warmed-up student; used only in the thread that created it."""

    name: str

    def extract(self, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Views (N, H, W, 3) RGB and alive mask (N,) to features (F,)."""
        ...

    def decide(self, history: History) -> RawDecision:
        """Return the decision for the newest step."""
        ...


def blank_views(config: StudentConfig) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return black views and an alive mask that is all True."""
    shape = (config.views, config.view_height_px, config.view_width_px, 3)
    return np.zeros(shape, np.uint8), np.ones(config.views, np.bool_)


def blank_history(config: StudentConfig) -> History:
    """Return a history in which only the newest step is known."""
    known = np.zeros(config.history, np.bool_)
    known[-1] = True
    return History(
        np.zeros((config.history, config.features), np.float32),
        np.zeros((config.history, CONDITIONS), np.float32),
        known,
    )


def warm_up(backend: Backend, config: StudentConfig) -> None:
    """Run both halves once, because the first call is slow."""
    backend.extract(*blank_views(config))
    backend.decide(blank_history(config))


def check_views(config: StudentConfig, views: NDArray[np.uint8], alive: NDArray[np.bool_]) -> None:
    """Raise InputError when shape or type of the views is wrong."""
    expected = blank_shape(config)
    if views.shape != expected or views.dtype != np.uint8 or alive.shape != expected[:1]:
        raise InputError(
            f'views must be {expected} uint8 with {expected[0]} flags, got '
            f'{views.shape} {views.dtype} with {alive.shape}; warp them to the views first.'
        )


def check_history(config: StudentConfig, history: History) -> None:
    """Raise InputError when length or feature size of the history is wrong."""
    expected = (config.history, config.features)
    if history.features.shape != expected:
        raise InputError(
            f'history.features must be {expected}, got {history.features.shape}; '
            'take it from the FeatureBuffer of the same student.'
        )


def blank_shape(config: StudentConfig) -> tuple[int, int, int, int]:
    return config.views, config.view_height_px, config.view_width_px, 3
