# SPDX-License-Identifier: Apache-2.0
"""For tests that hold our side of a facade against the package it stands for."""

from importlib.util import find_spec

import pytest

__all__ = ['needs']


def needs(package: str) -> None:
    """Skip where it is not installed."""
    if find_spec(package) is None:
        pytest.skip(f'{package} is not installed, so there is nothing to compare with')
