# SPDX-License-Identifier: Apache-2.0
"""Runs pip in `.venv` only, and shows its progress."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from wpt_ros.bootstrap.checkout import Checkout
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.progress import Progress

__all__ = ['PipStatus', 'install', 'remove_incomplete_records']

FLAGS = ('--no-input', '--progress-bar=off', '--disable-pip-version-check')

# Checked by the very interpreter that then becomes pip.
PIP_IN_VENV = """
import os, runpy, sys
venv = sys.argv.pop(1)
if sys.prefix == sys.base_prefix or not os.path.samefile(sys.prefix, venv):
    sys.exit(f'error: {sys.executable} would install into {sys.prefix} instead of {venv}')
runpy.run_module('pip', run_name='__main__', alter_sys=True)
"""
ELSEWHERE = re.compile(
    r'^(?:global|install|:env:)\.(?:target|prefix|root|python)=.*', re.MULTILINE
)


def install(
    checkout: Checkout, progress: Progress, *, wanted: Sequence[str], constraints: str, total: int
) -> None:
    """Install the requirements into `.venv`, under the constraints."""
    remove_incomplete_records(checkout.venv)
    _refuse_settings(checkout)
    pins, names = checkout.work / 'constraints.txt', checkout.work / 'requirements.txt'
    pins.write_text(constraints)
    names.write_text('\n'.join(wanted) + '\n')
    progress.run(
        [*_pip(checkout), 'install', *FLAGS, '--no-user', '-c', pins, '-r', names],
        doing='installing packages',
        environ=os.environ,
        cwd=checkout.root,
        status=PipStatus(checkout.venv, total),
    )


def remove_incomplete_records(venv: Path) -> None:
    """Remove the records of packages whose installation was cut off, so that pip starts them anew.

    pip takes a package as installed when its metadata is there, and writes RECORD last. What it
    was about to remove, it had renamed to begin with ~.
    """
    for metadata in venv.glob('lib/python3.*/site-packages/*.dist-info'):
        if not (metadata / 'RECORD').is_file() or metadata.name.startswith('~'):
            shutil.rmtree(metadata)


class PipStatus:
    """Progress of pip, from its output and the installed packages."""

    LINE = re.compile(
        r'\s*(?:Downloading|(?:Collecting|Processing|Requirement already satisfied:) '
        r'(?:(?:\S*/)(?P<file>\w+)-\S+|(?P<name>[\w.-]+).*)) '
    )

    def __init__(self, venv: Path, total: int) -> None:
        self._venv, self._total = venv, total
        self._found: set[str] = set()
        self._before: int | None = None
        """Packages that were there when the installation of the others began."""
        self._now, self._since_s = 'starting pip', time.monotonic()

    def read(self, line: str) -> None:
        """Process one line of output."""
        if line.startswith('Installing collected packages:'):
            self._total, self._before = line.count(',') + 1, self._installed()
        elif self._before is None and (match := self.LINE.match(f'{line.strip()} ')):
            if name := match['file'] or match['name']:
                self._found.add(name.lower().replace('_', '-'))
            self._now = re.sub(r' (\(from|in) .*| /\S*/', ' ', line.strip()).strip()
            self._since_s = time.monotonic()

    def __str__(self) -> str:
        if self._before is not None:
            done = min(self._installed() - self._before, self._total)
            return f'{done} of {self._total} packages installed'
        waited_s = time.monotonic() - self._since_s
        wait = f' ({waited_s:.0f} s)' if waited_s > 2 else ''
        return f'{len(self._found)} of about {self._total} packages found: {self._now}{wait}'

    def _installed(self) -> int:
        return sum(1 for _ in self._venv.glob('lib/python3.*/site-packages/*.dist-info/RECORD'))


def _pip(checkout: Checkout) -> list[str | Path]:
    """-I: packages on a PYTHONPATH are not in `.venv`, though pip would count them."""
    return [checkout.python, '-I', '-c', PIP_IN_VENV, checkout.venv]


def _refuse_settings(checkout: Checkout) -> None:
    answer = subprocess.run([*_pip(checkout), 'config', 'list'], capture_output=True, text=True)
    if found := ELSEWHERE.search(answer.stdout):
        raise SetupError(
            f'pip is configured to install elsewhere than into .venv ({found.group()}): remove '
            'that setting (pip config debug shows where it is) and run ./wpt setup again'
        )
