# SPDX-License-Identifier: Apache-2.0
"""How a student is run: one protocol, several back ends."""

from wpt_core.model.runtime.backend import Backend
from wpt_core.model.runtime.choice import best_backend
from wpt_core.model.runtime.eager import EagerBackend

__all__ = ['Backend', 'EagerBackend', 'best_backend']
