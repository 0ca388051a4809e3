# SPDX-License-Identifier: Apache-2.0
"""Runs a command while showing that it is alive, and keeps its output in a log."""

import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from wpt_ros.bootstrap.trouble import SetupError, explain

__all__ = ['Progress']

LINES_KEPT = 60
CLEAR_LINE = '\r\033[K'


class Progress:
    """The stream of messages of one set-up: a line a step, and a sign of life within a step."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.live = sys.stderr.isatty()
        self.quiet_s = 0.2 if self.live else 15.0
        self.next_beat_s = 0.0
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text('')

    def step(self, text: str) -> None:
        """Announce what is done now."""
        print(f'wpt: {text}', file=sys.stderr, flush=True)
        self.next_beat_s = time.monotonic() + self.quiet_s

    def run(
        self, command: Sequence[str | Path], *, doing: str, environ: Mapping[str, str], cwd: Path
    ) -> None:
        """Run to the end; on failure raise the one sentence that explains it."""
        tail: deque[str] = deque(maxlen=LINES_KEPT)
        with (
            self.log.open('a', buffering=1) as log,
            subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors='replace',
                env=dict(environ),
                cwd=cwd,
            ) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                tail.append(line)
                self._beat(line)
        self._clear()
        if process.returncode != 0:
            free_bytes = min(shutil.disk_usage(place).free for place in (cwd, *cwd.glob('.venv')))
            raise SetupError(
                explain(doing, output=''.join(tail), free_bytes=free_bytes, log=str(self.log))
            )

    def _beat(self, line: str) -> None:
        """Show the newest line, in place on a terminal, now and then elsewhere."""
        now_s = time.monotonic()
        if now_s < self.next_beat_s or not line.strip():
            return
        self.next_beat_s = now_s + self.quiet_s
        width = shutil.get_terminal_size().columns - 6
        text = '     ' + line.strip().partition(' (from ')[0][:width]
        ending = '' if self.live else '\n'
        print(f'{CLEAR_LINE if self.live else ""}{text}', end=ending, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.live:
            print(CLEAR_LINE, end='', file=sys.stderr, flush=True)
