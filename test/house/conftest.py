# SPDX-License-Identifier: Apache-2.0
"""What the tests of `./wpt` share."""

from pathlib import Path

import pytest
from script_copy import copy_checkout


@pytest.fixture
def copy(tmp_path: Path, root: Path) -> Path:
    """A checkout in which nothing was set up."""
    folder = tmp_path / 'copy-of-wpt'
    copy_checkout(root, folder)
    return folder
