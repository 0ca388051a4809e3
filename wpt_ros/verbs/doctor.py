# SPDX-License-Identifier: Apache-2.0
"""`wpt doctor`: check the installation, and name a remedy for each missing part.

It must work in a broken installation, so it uses the standard library only and imports each
package in a process of its own: a package that crashes on import is a finding.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wpt_ros.bootstrap.checkout import Checkout
from wpt_ros.bootstrap.errors import SetupError
from wpt_ros.bootstrap.machine import missing_requirement
from wpt_ros.bootstrap.steps import is_complete
from wpt_ros.bootstrap.venv import machine_for
from wpt_ros.network import domain_problem

__all__ = ['SUMMARY', 'Finding', 'add_arguments', 'examine', 'run']

SUMMARY = 'Check the installation: Python, ROS 2, packages, DDS settings.'

EXAMPLES = """\
examples:
  wpt doctor        one line for each part: ok, or missing and how to get it
  ./wpt doctor      the same for the checkout and its .venv; installs nothing

The exit code is 1 if something is missing.
"""

OLDEST_PYTHON = (3, 10)
IMPORT_LIMIT_S = 120
INSTALL = 'run ./wpt setup, or activate the environment that has it'

# Code to import each package and print what was found.
PROBES = {
    'ROS 2': 'import rclpy; print(rclpy.__file__)',
    'RMW': 'import rclpy; print(rclpy.get_rmw_implementation_identifier())',
    'messages': 'import wpt_msgs.msg; print(wpt_msgs.__file__)',
    'numpy': 'import numpy; print(numpy.__version__)',
    'OpenCV': 'import cv2; print(cv2.__version__)',
    'torch': """
import torch
cuda = torch.cuda.is_available()
device = torch.cuda.get_device_name() if cuda else f'CPU, {torch.get_num_threads()} threads'
print(f'{torch.__version__} on {device}')
""",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report; a remedy marks a missing part."""

    what: str
    found: str
    remedy: str = ''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments; set the help."""
    parser.epilog = EXAMPLES


def run(_arguments: argparse.Namespace) -> int:
    """Print the report; return 1 if something is missing."""
    findings = list(examine())
    for finding in findings:
        print(f'{"missing" if finding.remedy else "ok":8} {finding.what:10} {finding.found}')
        if finding.remedy:
            print(f'{"":19} -> {finding.remedy}')
    return int(any(finding.remedy for finding in findings))


def examine() -> Iterator[Finding]:
    """Yield a finding for each requirement, the most basic ones first."""
    yield _python()
    root = Path(__file__).resolve().parents[2]
    if (root / 'wpt').is_file():
        yield _tools(Checkout(root))
        yield _checkout(Checkout(root))
    yield _domain()
    answers = _probe()
    for what in PROBES:
        yield answers[what]
    yield _dds_profile(rmw=answers['RMW'].found)


def _python() -> Finding:
    version = '.'.join(map(str, sys.version_info[:3]))
    old = sys.version_info < OLDEST_PYTHON
    return Finding('Python', f'{version} at {sys.executable}', 'use 3.10 or newer' if old else '')


def _tools(checkout: Checkout) -> Finding:
    what, _, remedy = missing_requirement(checkout.root, machine_for(checkout)).partition(': ')
    return Finding('tools', what or 'compiler, CMake, venv, Python headers', remedy)


def _checkout(checkout: Checkout) -> Finding:
    """Report whether ./wpt setup is complete, and what it would do."""
    machine = machine_for(checkout)
    try:
        if is_complete(checkout, machine):
            return Finding('set-up', f'complete, {machine.ros}')
    except SetupError as error:
        what, _, remedy = str(error).partition(': ')
        return Finding('set-up', what, remedy)
    plan = (
        f'make .venv with Python {machine.python_version}, {machine.ros}, and build the messages'
    )
    return Finding('set-up', 'not done', f'run ./wpt setup; it will {plan}')


def _domain() -> Finding:
    """Report the ROS domain, which decides with which other nodes ours communicate."""
    number = os.environ.get('ROS_DOMAIN_ID', '')
    problem = domain_problem(os.environ)
    if not problem:
        return Finding('domain', f'ROS_DOMAIN_ID {number or "not set, hence 0"}')
    return Finding('domain', f'ROS_DOMAIN_ID is {number!r}', problem)


def _probe() -> dict[str, Finding]:
    """Try all imports concurrently, each in its own process."""
    running = {
        what: subprocess.Popen(
            [sys.executable, '-c', code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for what, code in PROBES.items()
    }
    return {what: _answer(what, process) for what, process in running.items()}


def _answer(what: str, process: subprocess.Popen[str]) -> Finding:
    try:
        out, err = process.communicate(timeout=IMPORT_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Finding(what, f'no answer in {IMPORT_LIMIT_S} s', INSTALL)
    if process.returncode != 0:
        reason = (err.strip().splitlines() or [f'exit code {process.returncode}'])[-1]
        return Finding(what, reason, INSTALL)
    return Finding(what, out.strip().splitlines()[-1])


def _dds_profile(rmw: str) -> Finding:
    """Report whether Fast DDS has a profile that is large enough for camera images."""
    variables = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
    file = next((os.environ[name] for name in variables if os.environ.get(name)), '')
    if Path(file).is_file():
        return Finding('DDS', f'profile {file}')
    if 'fastrtps' not in rmw:
        return Finding('DDS', 'no profile needed without Fast DDS')
    return Finding(
        'DDS',
        f'no profile at {file!r}' if file else 'default settings, which lose most large images',
        'export FASTRTPS_DEFAULT_PROFILES_FILE=<share/wpt_ros>/config/fastdds.xml',
    )
