# SPDX-License-Identifier: Apache-2.0
"""A copy of `./wpt` and its package, and an environment in which it can install nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

PARTS = ('wpt', 'wpt_ros', 'msg', 'config', 'setup.py', 'constraints.txt')
SHELL_TOOLS = ('sh', 'dirname', 'sed', 'env', 'cat')
BUILD_TOOLS = ('c++', 'g++', 'cmake', 'make')
BASE_PYTHON = f'{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}'


def copy_checkout(root: Path, folder: Path) -> None:
    """Make a checkout in which nothing was set up."""
    folder.mkdir()
    for part in PARTS:
        target = folder / part
        if (root / part).is_dir():
            shutil.copytree(root / part, target, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(root / part, target)


def tools(tmp_path: Path, *names: str) -> Path:
    """A folder for PATH that holds only these of the machine's tools."""
    folder = tmp_path / 'tools'
    folder.mkdir(exist_ok=True)
    for name in (*SHELL_TOOLS, *names):
        if place := shutil.which(name):
            (folder / name).symlink_to(place)
    return folder


def surroundings(path: Path | str, **more: str) -> dict[str, str]:
    """An environment with no ROS, no settings of pip, and no package index."""
    return {
        'PATH': str(path),
        'HOME': os.environ.get('HOME', '/'),
        'PIP_CONFIG_FILE': os.devnull,
        'PIP_INDEX_URL': 'http://127.0.0.1:9/simple',
        'PIP_RETRIES': '1',
        'PIP_NO_CACHE_DIR': '1',
        **more,
    }


def wpt(copy: Path, verb: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [copy / 'wpt', verb],
        capture_output=True,
        text=True,
        env=environ,
        cwd=copy.parent,
        timeout=300,
    )


def sentence(answer: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The last line of a failure, of which nothing else may look like one."""
    assert answer.returncode == code, answer.stderr
    assert 'Traceback' not in answer.stderr
    return answer.stderr.strip().splitlines()[-1]
