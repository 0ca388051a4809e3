# SPDX-License-Identifier: Apache-2.0
"""A new output folder for each drive and each replay, named after its start time."""

import os
from datetime import datetime
from pathlib import Path

from wpt_core.types import InputError

__all__ = ['new_output_folder']


def new_output_folder(runs: Path, kind: str, name: str) -> Path:
    """Create and return `runs/kind/TIME-name`; if it exists, create it below the process id.

    Raise InputError when it cannot be created.
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
