# SPDX-License-Identifier: Apache-2.0
"""A parameter of a config as ROS describes it: `ros2 param describe`, rqt."""

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from wpt_ros.parameters import Leaf

__all__ = ['descriptor_of']


def descriptor_of(leaf: Leaf) -> ParameterDescriptor:
    """Its sentence, its range, and the words of an enumeration; read-only."""
    descriptor = ParameterDescriptor(description=leaf.note, read_only=True)
    if leaf.choices:
        descriptor.additional_constraints = f'one of {leaf.allowed}'
    if leaf.bounds is not None:
        least, most = leaf.bounds.least, leaf.bounds.most
        if leaf.kind is int:
            descriptor.integer_range = [IntegerRange(from_value=int(least), to_value=int(most))]
        else:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=float(least), to_value=float(most))
            ]
    return descriptor
