# SPDX-License-Identifier: Apache-2.0
"""Topics and services with their types, and the options of every verb."""

import re
import subprocess
import sys
from collections.abc import Callable

import training.cli
from wpt_ros.topics import SERVICES, TOPICS
from wpt_ros.verbs import VERBS


def options(module: str, *verb: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, '-m', module, *verb, '--help'], capture_output=True, text=True, check=True
    )
    return sorted(set(re.findall(r'--[a-z][a-z.-]+', answer.stdout)))


def test_topics_and_services_are_as_before(reference: Callable[..., None]) -> None:
    reference('graph', {one.name: one.type_name for one in (*TOPICS, *SERVICES)})


def test_options_of_verbs_are_as_before(reference: Callable[..., None]) -> None:
    found = {verb: options('wpt_ros.cli', verb) for verb in VERBS}
    found |= {verb: options('training.cli', *verb.split()) for verb in training.cli.VERBS}
    reference('options', found)
