# SPDX-License-Identifier: Apache-2.0
"""Start MetaDrive in a Python environment of its own and exchange requests with it.

Its pins conflict with ours, so `python -m training.referee.metadrive.install` makes the
environment; WPT_METADRIVE_PYTHON names the Python of another one.
"""

import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from wpt_core.types import InputError, WptError

__all__ = ['ENVIRONMENT', 'MetaDriveProcess', 'find_command']

ENVIRONMENT = Path(__file__).resolve().parents[3] / '.venv-metadrive'
_VARIABLE = 'WPT_METADRIVE_PYTHON'
_SERVER = Path(__file__).with_name('server.py')
_TIMEOUT_S = 600.0
"""The first reset takes up to 80 s on an idle core."""


def find_command() -> list[str]:
    """The command that starts the server; InputError says how to install what is missing."""
    python = Path(os.environ.get(_VARIABLE, ENVIRONMENT / 'bin' / 'python'))
    if not python.is_file():
        raise InputError(
            f'The arena metadrive needs MetaDrive, and {python} does not exist: run '
            f'`python -m training.referee.metadrive.install`, or set {_VARIABLE} to the Python '
            'of an environment that has it.'
        )
    command = [str(python), '-E', str(_SERVER)]
    if os.environ.get('DISPLAY'):
        return command
    if shutil.which('xvfb-run') is None:
        raise InputError(
            'The arena metadrive draws on an X display, and there is none: install xvfb, xauth '
            'and libgl1-mesa-dri (Debian, Ubuntu: apt install), or set DISPLAY.'
        )
    return ['xvfb-run', '-a', *command]


class MetaDriveProcess:
    """The other end of `server.py`. A process that dies or hangs is a WptError that says why."""

    def __init__(self, command: Sequence[str], *, timeout_s: float = _TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        descriptor, name = tempfile.mkstemp(prefix='metadrive-', suffix='.log')
        self._log = Path(name)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=descriptor,
            start_new_session=True,
        )
        os.close(descriptor)

    def request(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """One request and its answer."""
        answer, _ = self._exchange(verb, arguments)
        return answer

    def image(self, height_px: int, width_px: int) -> NDArray[np.uint8]:
        """(H, W, 3) RGB, what the camera sees now."""
        _, pixels = self._exchange('image', {})
        return np.frombuffer(pixels, np.uint8).reshape(height_px, width_px, 3)

    def close(self) -> None:
        """End the process; harmless when repeated."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(10.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.unlink(missing_ok=True)

    def _exchange(self, verb: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            requests.write(json.dumps({'verb': verb, **arguments}).encode() + b'\n')
            requests.flush()
        except BrokenPipeError:
            raise self._failed(verb) from None
        ready, _, _ = select.select([answers], [], [], self._timeout_s)
        line = answers.readline() if ready else b''
        if not line.endswith(b'\n'):
            raise self._failed(verb)
        answer: dict[str, Any] = json.loads(line)
        return answer, _exactly(answers, int(answer.get('image_bytes', 0)))

    def _failed(self, verb: str) -> WptError:
        self._process.kill()
        self._process.wait()
        lines = self._log.read_text(errors='replace').strip().splitlines()
        return WptError(
            f'MetaDrive did not answer {verb!r} within {self._timeout_s:.0f} s or ended; its last '
            f'line was: {lines[-1] if lines else "(none)"}'
        )


def _exactly(stream: IO[bytes], count: int) -> bytes:
    """Read all bytes of an image; fewer mean that the process ended."""
    data = stream.read(count)
    if len(data) != count:
        raise WptError(f'MetaDrive ended within an image: {len(data)} of {count} bytes came.')
    return data
