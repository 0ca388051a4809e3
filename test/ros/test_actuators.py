# SPDX-License-Identifier: Apache-2.0
"""Commands in the words of others, whose packages are not in the wheels: stand-ins hold them."""

from importlib.util import find_spec
from types import SimpleNamespace

import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.types import InputError, LateralCommand
from wpt_core.vehicle import VehicleParameters, wheel_angle_from_curvature
from wpt_ros.conversions.actuators import Output, actuator_message, output_topic, output_type

SPEED_MPS = 20.0
COMMAND = LateralCommand(100.5, 100.4, -0.004, -0.01, valid=True)
VEHICLE = VehicleParameters()
ANGLE_RAD = wheel_angle_from_curvature(VEHICLE, -0.004, SPEED_MPS)


def stand_in() -> SimpleNamespace:
    header = SimpleNamespace(stamp=None, frame_id='')
    return SimpleNamespace(header=header, drive=SimpleNamespace())


def test_ackermann_has_the_wheel_angle_and_the_speed_that_is_driven() -> None:
    message = actuator_message(
        Output.ACKERMANN, stand_in, COMMAND, vehicle=VEHICLE, speed_mps=SPEED_MPS
    )
    assert message.drive.steering_angle == pytest.approx(ANGLE_RAD)
    assert message.drive.steering_angle < -2.7 * 0.004, 'understeer is reckoned with'
    assert message.drive.speed == SPEED_MPS
    assert message.drive.steering_angle_velocity > 0.0
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (100, 500_000_000)


def test_autoware_has_angle_and_rate_with_their_signs() -> None:
    message = actuator_message(
        Output.AUTOWARE, SimpleNamespace, COMMAND, vehicle=VEHICLE, speed_mps=SPEED_MPS
    )
    assert message.steering_tire_angle == pytest.approx(ANGLE_RAD)
    later = wheel_angle_from_curvature(VEHICLE, -0.004 - 0.01, SPEED_MPS)
    assert message.steering_tire_rotation_rate == pytest.approx(later - ANGLE_RAD, rel=0.02)
    assert message.is_defined_steering_tire_rotation_rate


@pytest.mark.parametrize('output', [Output.ACKERMANN, Output.AUTOWARE])
def test_a_package_that_is_missing_is_one_sentence(output: Output) -> None:
    package = output_topic(output).type_name.partition('/')[0]
    if find_spec(package) is not None:
        pytest.skip(f'{package} is installed')
    with pytest.raises(InputError, match=f'output: {output.value} needs the package {package}'):
        output_type(output)
