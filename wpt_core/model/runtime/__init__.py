# SPDX-License-Identifier: Apache-2.0
"""How a student is run: one protocol, several back ends."""

from wpt_core.model.runtime.backend import Backend

__all__ = ['Backend']
