# SPDX-License-Identifier: Apache-2.0
"""DiagnosticStatus of one component, by the class of diagnostic_updater where it is installed."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

__all__ = ['diagnostics', 'own_status', 'status']


def own_status(
    name: str,
    level: bytes,
    *,
    message: str,
    hardware_id: str = '',
    values: Iterable[tuple[str, object]] = (),
) -> DiagnosticStatus:
    """`level` is one of the constants of DiagnosticStatus; values are formatted with `str`."""
    return DiagnosticStatus(
        name=name,
        level=level,
        message=message,
        hardware_id=hardware_id,
        values=[KeyValue(key=key, value=str(value)) for key, value in values],
    )


def _wrapped_status(
    name: str,
    level: bytes,
    *,
    message: str,
    hardware_id: str = '',
    values: Iterable[tuple[str, object]] = (),
) -> DiagnosticStatus:
    found = _package.DiagnosticStatusWrapper(name=name, hardware_id=hardware_id)
    found.summary(level, message)
    for key, value in values:
        found.add(key, str(value))
    # rclpy publishes messages of the exact class only.
    pairs = [(one.key, one.value) for one in found.values]
    return own_status(
        found.name,
        found.level,
        message=found.message,
        hardware_id=found.hardware_id,
        values=pairs,
    )


if find_spec('diagnostic_updater') is None:
    status = own_status
else:
    _package = import_module('diagnostic_updater')
    status = _wrapped_status


def diagnostics(stamp: Time, *statuses: DiagnosticStatus) -> DiagnosticArray:
    """For `/diagnostics`."""
    message = DiagnosticArray(status=list(statuses))
    message.header.stamp = stamp
    return message
