# SPDX-License-Identifier: Apache-2.0
"""What actors of tests do in place of driving; other processes import it."""

import os
import signal
from pathlib import Path

from training.on_policy.actors import Drive

FATAL, WRONG = 13, 17
"""Numbers of starts that kill the actor, and that raise an exception in it."""


def note(drive: Drive) -> Path:
    """Write the version of the student to a file."""
    if drive.start.number == FATAL:
        os.kill(os.getpid(), signal.SIGKILL)
    if drive.start.number == WRONG:
        raise ValueError('a number that is wrong')
    drive.start.path.mkdir()
    (drive.start.path / 'driven.txt').write_text(f'{drive.artifact} {drive.version}')
    return drive.start.path
