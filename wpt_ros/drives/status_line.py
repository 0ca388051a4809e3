# SPDX-License-Identifier: Apache-2.0
"""Status line of a drive: rewritten in place on a terminal, printed periodically elsewhere."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TextIO

__all__ = ['StatusLine']

_LIVE_S, _PLAIN_S = 0.2, 5.0
_GREEN, _YELLOW, _RED, _PLAIN = '\033[32m', '\033[33m', '\033[31m', '\033[0m'
_COLOURS = {'ENGAGED': _GREEN, 'DEGRADED': _YELLOW, 'FAULT': _RED, 'gate silent': _RED}
_LEAST_COLUMNS = 20


class StatusLine:
    """Writes a line at a limited rate, never wider than the terminal."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._live = stream.isatty() and environ.get('TERM') != 'dumb'
        self._coloured = self._live and not environ.get('NO_COLOR')
        self._due_s = 0.0
        self._last = ''

    def show(self, line: str, now_s: float) -> None:
        """Write the line if it is due; without a terminal only if it changed."""
        if now_s < self._due_s or (not self._live and line == self._last):
            return
        self._due_s = now_s + (_LIVE_S if self._live else _PLAIN_S)
        self._last = line
        text = f'\r\033[K{self._painted(self._cut(line))}' if self._live else f'{line}\n'
        self._stream.write(text)
        self._stream.flush()

    def end(self) -> None:
        """End the line, so that later output starts on a new one."""
        if self._live and self._last:
            self._stream.write('\n')
            self._stream.flush()

    def _cut(self, line: str) -> str:
        columns = 80
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(self._stream.fileno()).columns
        room = max(columns - 1, _LEAST_COLUMNS)  # the last column would wrap
        return line if len(line) <= room else f'{line[: room - 1]}…'

    def _painted(self, line: str) -> str:
        for word, colour in _COLOURS.items():
            if self._coloured and word in line.split(': ')[0]:
                return line.replace(word, f'{colour}{word}{_PLAIN}', 1)
        return line
