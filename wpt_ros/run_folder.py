# SPDX-License-Identifier: Apache-2.0
"""A folder of its own for each drive and each replay, named after when it began."""

import os
from datetime import datetime
from pathlib import Path

from wpt_core.types import InputError

__all__ = ['new_folder']


def new_folder(runs: Path, kind: str, name: str) -> Path:
    """`runs/kind/TIME-name`, made; below the number of this process where somebody was as fast.

    InputError where it cannot be made.
    """
    parent = runs / kind
    while True:
        folder = parent / f'{datetime.now():%Y%m%d-%H%M%S}-{name}'
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            parent /= str(os.getpid())
        except OSError as error:
            raise InputError(
                f'--out {runs}: cannot write there ({error.strerror}); name a folder you own'
            ) from error
        else:
            return folder
