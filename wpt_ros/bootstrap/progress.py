# SPDX-License-Identifier: Apache-2.0
"""Runs a command, shows its progress, and keeps its output in a log."""

import queue
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from wpt_ros.bootstrap.errors import SetupError, explain

__all__ = ['NewestLine', 'Progress', 'Status']

LINES_KEPT = 60
CLEAR_LINE = '\r\033[K'
POLL_S = 0.2


class Status(Protocol):
    """Derives the progress of a command from its output."""

    def read(self, line: str) -> None: ...

    def __str__(self) -> str: ...


class NewestLine:
    """Default status: the last line of output."""

    def __init__(self) -> None:
        self._line = ''

    def read(self, line: str) -> None:
        """Keep the line unless it is empty."""
        self._line = line.strip() or self._line

    def __str__(self) -> str:
        return self._line


class Progress:
    """Messages of one set-up: a line for each step, and progress within a step.

    On a terminal the progress is rewritten in place, elsewhere printed periodically.
    """

    def __init__(self, log: Path) -> None:
        self.log = log
        self.live = sys.stderr.isatty()
        self.quiet_s = POLL_S if self.live else 15.0
        self.next_beat_s = 0.0
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text('')

    def step(self, text: str) -> None:
        """Print the name of the next step."""
        print(f'wpt: {text}', file=sys.stderr, flush=True)
        self.next_beat_s = time.monotonic() + self.quiet_s

    def run(
        self,
        command: Sequence[str | Path],
        *,
        doing: str,
        environ: Mapping[str, str],
        cwd: Path,
        status: Status | None = None,
    ) -> None:
        """Run to the end; on failure raise SetupError with the cause."""
        tail: deque[str] = deque(maxlen=LINES_KEPT)
        status = status or NewestLine()
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
                close_fds=False,  # the lock of the set-up is inherited
            ) as process,
        ):
            try:
                for line in _lines(process.stdout):
                    if line:
                        log.write(line)
                        tail.append(line)
                        status.read(line)
                    self._beat(status)
            except BaseException:
                process.terminate()
                process.wait()
                raise
            finally:
                self._clear()
        if process.returncode != 0:
            free_bytes = min(shutil.disk_usage(place).free for place in (cwd, *cwd.glob('.venv')))
            raise SetupError(
                explain(doing, output=''.join(tail), free_bytes=free_bytes, log=str(self.log))
            )

    def _beat(self, status: Status) -> None:
        now_s = time.monotonic()
        text = str(status) if now_s >= self.next_beat_s else ''
        if not text:
            return
        self.next_beat_s = now_s + self.quiet_s
        width = shutil.get_terminal_size().columns - 6
        text = f'     {text[:width]}'
        ending = '' if self.live else '\n'
        print(f'{CLEAR_LINE if self.live else ""}{text}', end=ending, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self.live:
            print(CLEAR_LINE, end='', file=sys.stderr, flush=True)


def _lines(stream: IO[str] | None) -> Iterator[str]:
    """Yield lines as they arrive, and an empty one after each 0.2 s without a line."""
    assert stream is not None
    waiting: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            waiting.put(line)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = waiting.get(timeout=POLL_S)
        except queue.Empty:
            line = ''
        if line is None:
            return
        yield line
