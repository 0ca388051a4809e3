# SPDX-License-Identifier: Apache-2.0
"""Jobs in several processes: their results, their errors, and an interruption."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from training.processes.pool import work

SLEEPERS = """
import os, signal, sys, time
from pathlib import Path
from training.processes.pool import work

def sleep(marker):
    Path(marker).write_text(str(os.getpid()))
    time.sleep(3600.0)

if __name__ == '__main__':
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for _ in work(sleep, sys.argv[1:], processes=2, title='sleeping'):
        pass
"""


def halved(number: int) -> float:
    if number == 13:
        raise ValueError('13 brings bad luck')
    return number / 2


@pytest.mark.parametrize('processes', [1, 2])
def test_each_job_comes_with_its_result(processes: int) -> None:
    found = dict(work(halved, [2, 4, 6], processes=processes, title='test'))
    assert found == {2: 1.0, 4: 2.0, 6: 3.0}


def test_an_error_in_a_job_arrives() -> None:
    with pytest.raises(ValueError, match='bad luck'):
        list(work(halved, [13, 4], processes=2, title='test'))


@pytest.mark.parametrize('everybody', [False, True], ids=['only the parent', 'the whole group'])
def test_an_interruption_does_not_wait_for_the_jobs_that_have_begun(
    tmp_path: Path, everybody: bool
) -> None:
    script = tmp_path / 'sleepers.py'
    script.write_text(SLEEPERS)
    markers = [tmp_path / name for name in 'abcdef']
    running = subprocess.Popen(
        [sys.executable, script, *markers],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        while len(begun := [marker for marker in markers if marker.exists()]) < 2:
            assert running.poll() is None
            time.sleep(0.05)
        (os.killpg if everybody else os.kill)(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=120.0)
        assert running.returncode != 0
        assert said.count('Traceback') == 1, said  # none of a worker
        assert [marker for marker in markers if marker.exists()] == begun
        for marker in begun:
            with pytest.raises(ProcessLookupError):
                os.kill(int(marker.read_text()), 0)
    finally:
        running.kill()
