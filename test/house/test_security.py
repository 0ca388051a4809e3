# SPDX-License-Identifier: Apache-2.0
"""The SROS2 policy against the table of topics and the nodes: publish and subscribe rights."""

import ast
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from wpt_ros import topics
from wpt_ros.graph import NODES
from wpt_ros.topics import SERVICES, TOPICS

CAR = 'car'
ENCLAVES = (*NODES, CAR)
EVERYBODY_SAYS = {'/parameter_events', '/rosout'}
EVERYBODY_HEARS = {'/clock'}
BY_THE_FACADE = {name: {'/tf', '/tf_static'} for name in ('planner', 'visualizer')}
"""Heard by wpt_ros/facades/tf2.py."""
CAR_HEARS = {topics.COMMAND.name, topics.GATE_STATE.name, topics.ALERT.name}
CAR_CALLS = {
    topics.ENGAGE.name,
    topics.DISENGAGE.name,
    topics.CHANGE_LEFT.name,
    topics.CHANGE_RIGHT.name,
}
PARAMETERS = {
    'describe_parameters',
    'get_parameter_types',
    'get_parameters',
    'get_type_description',
    'list_parameters',
    'set_parameters',
    'set_parameters_atomically',
}
LIFECYCLE = {
    'change_state',
    'get_available_states',
    'get_available_transitions',
    'get_state',
    'get_transition_graph',
}

Rights = dict[str, set[str]]


@pytest.fixture(name='text')
def _text(root: Path) -> str:
    return (root / 'config' / 'sros2' / 'policy.xml').read_text()


def granted(policy: ET.Element) -> dict[str, Rights]:
    """By enclave: what it may publish, subscribe to, reply to and request."""
    return {
        enclave.attrib['path'].removeprefix('/'): {
            right: {
                name.text or ''
                for group in enclave.iter()
                if group.get(right) == 'ALLOW'
                for name in group
            }
            for right in ('publish', 'subscribe', 'reply', 'request')
        }
        for enclave in policy.iter('enclave')
    }


def needed(root: Path, node: str) -> Rights:
    """What the table says that it speaks and serves, and its source that it hears and calls."""
    own = '' if node == CAR else (root / 'wpt_ros' / 'nodes' / f'{node}.py').read_text()
    says = {pattern(topic.name) for topic in TOPICS if node in topic.publishers} | EVERYBODY_SAYS
    serves = {f'~/{name}' for name in PARAMETERS}
    hears, calls = CAR_HEARS, CAR_CALLS
    if own:
        says = says | {'~/transition_event'}
        serves |= {f'~/{name}' for name in LIFECYCLE}
        hears = named(own, 'subscribe') | named(own, '_subscribe_one')
        hears |= BY_THE_FACADE.get(node, set())
        calls = named(own, 'create_client')
    return {
        'publish': says,
        'subscribe': hears | EVERYBODY_HEARS,
        'reply': serves | {call.name for call in SERVICES if call.server == node},
        'request': calls,
    }


def pattern(name: str) -> str:
    return name.replace('{camera}', '*')


def named(source: str, method: str) -> set[str]:
    """Wires and calls in the first arguments of this method of self, also by a local name."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            local = {
                target.id: step.value
                for step in ast.walk(function)
                if isinstance(step, ast.Assign)
                for target in step.targets
                if isinstance(target, ast.Name)
            }
            for argument in first_arguments(function, method):
                found |= {pattern(getattr(topics, one).name) for one in topics_in(argument, local)}
    return found


def first_arguments(function: ast.FunctionDef, method: str) -> Iterator[ast.expr]:
    for step in ast.walk(function):
        if isinstance(step, ast.Call) and getattr(step.func, 'attr', '') == method:
            yield step.args[0]


def topics_in(argument: ast.expr, local: dict[str, ast.expr]) -> set[str]:
    found = set()
    for step in ast.walk(argument):
        if isinstance(step, ast.Attribute) and getattr(step.value, 'id', '') == 'topics':
            found.add(step.attr)
        if isinstance(step, ast.Name) and step.id in local:
            found |= topics_in(local[step.id], {})
    return found


def differences(policy: ET.Element, root: Path) -> list[str]:
    """Each right that is missing, and each that nobody needs."""
    given = granted(policy)
    found = [f'enclave {name}' for name in sorted(set(given) ^ set(ENCLAVES))]
    for name in sorted(set(given) & set(ENCLAVES)):
        for right, names in needed(root, name).items():
            found += [f'{name} lacks {right} {one}' for one in sorted(names - given[name][right])]
            found += [f'{name} has {right} {one}' for one in sorted(given[name][right] - names)]
    return found


def test_every_right_is_needed_and_given(text: str, root: Path) -> None:
    assert differences(ET.fromstring(text), root) == []


@pytest.mark.parametrize(
    ('old', 'new', 'found'),
    [
        ('<topic>plan</topic>', '<topic>gate/command</topic>', 'planner has publish gate/command'),
        ('<topic>plan</topic>', '<topic>x</topic>', 'planner lacks publish plan'),
        ('<topic>blinker</topic>', '<topic>x</topic>', 'planner lacks subscribe blinker'),
        ('<topic>*/image_raw</topic>', '', 'planner lacks subscribe */image_raw'),
        ('<service>gate/engage</service>', '', 'gate lacks reply gate/engage'),
        ('<enclave path="/gate">', '<enclave path="/other">', 'enclave gate'),
    ],
)
def test_a_difference_is_told(old: str, new: str, found: str, text: str, root: Path) -> None:
    assert found in differences(ET.fromstring(text.replace(old, new, 1)), root)


@pytest.mark.parametrize('topic', TOPICS, ids=lambda topic: topic.name)
def test_no_pattern_lets_anybody_else_speak(topic: topics.Topic, text: str) -> None:
    name = absolute(topic.of('front').name)
    given = granted(ET.fromstring(text))
    publishers = {
        enclave
        for enclave, rights in given.items()
        if any(fnmatchcase(name, absolute(one)) for one in rights['publish'])
    }
    assert publishers == set(topic.publishers)


def absolute(name: str) -> str:
    return name if name.startswith(('/', '~')) else f'/{name}'


@pytest.mark.parametrize('node', NODES)
def test_nodes_say_what_the_table_says(node: str, root: Path) -> None:
    spoken = named((root / 'wpt_ros' / 'nodes' / f'{node}.py').read_text(), 'advertise')
    assert spoken
    assert spoken <= {pattern(topic.name) for topic in TOPICS if node in topic.publishers}


def test_it_has_the_form_that_the_tools_expect(text: str) -> None:
    policy = ET.fromstring(text)
    assert (policy.tag, policy.attrib) == ('policy', {'version': '0.2.0'})
    assert [enclave.attrib['path'] for enclave in policy[0]] == [f'/{name}' for name in ENCLAVES]
    for enclave in policy[0]:
        profile = enclave.find('profiles/profile')
        assert profile is not None
        assert profile.attrib == {'ns': '/', 'node': enclave.attrib['path'].lstrip('/')}
        assert {group.tag for group in profile} <= {'topics', 'services'}
        assert all(set(group.attrib.values()) == {'ALLOW'} for group in profile)
