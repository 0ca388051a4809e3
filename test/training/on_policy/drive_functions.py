# SPDX-License-Identifier: Apache-2.0
"""Drive functions for tests of actors, importable in other processes."""

import os
import signal
from pathlib import Path

from training.on_policy.actors import RolloutJob

FATAL, WRONG = 13, 17
"""Numbers of starts that kill the actor, and that raise an exception in it."""


def note(job: RolloutJob) -> Path:
    """Write the version of the student to a file."""
    if job.start.number == FATAL:
        os.kill(os.getpid(), signal.SIGKILL)
    if job.start.number == WRONG:
        raise ValueError('a number that is wrong')
    job.start.path.mkdir()
    (job.start.path / 'driven.txt').write_text(f'{job.artifact} {job.version}')
    return job.start.path
