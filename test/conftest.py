# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope='session')
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope='session')
def recordings() -> Path:
    """Real recordings made by others; they lie beside the repository and are not part of it."""
    folder = ROOT.parent / 'shared' / 'data'
    if not folder.is_dir():
        pytest.skip(f'no recordings at {folder}')
    return folder
