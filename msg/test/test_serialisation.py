# SPDX-License-Identifier: Apache-2.0
"""Every message of the package survives the wire's encoding with every field set."""

import array

import pytest
from rclpy.serialization import deserialize_message, serialize_message
from wpt_msgs import msg

MESSAGES = [getattr(msg, name) for name in sorted(dir(msg)) if name[0].isupper()]


def filled(message_type: type) -> object:
    """An instance in which no field keeps its default; numbers are exact in float32."""
    message = message_type()
    for index, (name, kind) in enumerate(message_type.get_fields_and_field_types().items(), 1):
        setattr(message, name, sample(kind, number=index, present=getattr(message, name)))
    return message


def sample(kind: str, number: int, present: object) -> object:
    if kind.startswith('sequence<'):
        inner = kind[len('sequence<') : -1]
        if isinstance(present, array.array):
            return array.array(present.typecode, [number, number + 1])
        return [sample(inner, number=number, present=None), sample(inner, number=9, present=None)]
    if '/' in kind:
        package, name = kind.split('/')
        module = msg if package == 'wpt_msgs' else __import__(f'{package}.msg').msg
        return filled(getattr(module, name))
    return {'boolean': True, 'string': f'text {number}'}.get(kind, message_number(kind, number))


def message_number(kind: str, number: int) -> float | int:
    return number + 0.5 if kind in ('float', 'double') else number


def test_the_package_holds_the_seven_messages() -> None:
    assert [message.__name__ for message in MESSAGES] == [
        'DriveProgress',
        'DriveState',
        'DrivingCommand',
        'LateralCommand',
        'Notice',
        'Plan',
        'PlanHypothesis',
        'PlannerStatus',
    ]


@pytest.mark.parametrize('message_type', MESSAGES, ids=lambda message: message.__name__)
def test_a_filled_message_survives_encoding(message_type: type) -> None:
    sent = filled(message_type)
    received = deserialize_message(serialize_message(sent), message_type)
    assert received == sent
    assert received != message_type()
