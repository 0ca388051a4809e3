# SPDX-License-Identifier: Apache-2.0
"""ROS parameters from a config dataclass, and the config from parameter values.

Names, types, defaults, bounds and descriptions come from the dataclass; a field that is itself a
dataclass becomes a group (`limits.late_s`). `__post_init__` checks conditions between fields.
"""

import ast
import inspect
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from wpt_core.types import Bounds, InputError, bounds_of

__all__ = ['Leaf', 'config_of', 'leaves', 'plain', 'plain_value']

Config = TypeVar('Config')

_GENERAL = ('use_sim_time', 'start_type_description_service')
_GENERAL_GROUPS = ('qos_overrides.',)
"""Parameters that rclpy declares in every node."""
_WORDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text'}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One parameter."""

    name: str
    kind: type
    default: Any
    note: str
    bounds: Bounds | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the values of an enumeration; none for other types."""
        if isinstance(self.kind, type) and issubclass(self.kind, Enum):
            return tuple(str(member.value) for member in self.kind)
        return ()

    @property
    def allowed(self) -> str:
        """Return the allowed range or values as text."""
        return ', '.join(self.choices) if self.bounds is None else str(self.bounds)


def leaves(config: type, prefix: str = '') -> Iterator[Leaf]:
    """Yield the parameters of a config in the order of its fields."""
    kinds, notes, bounds = typing.get_type_hints(config), _field_notes(config), bounds_of(config)
    for field in fields(config):
        kind = kinds[field.name]
        if is_dataclass(kind):
            yield from leaves(typing.cast(type, kind), f'{prefix}{field.name}.')
            continue
        default = field.default if field.default is not MISSING else _factory_default(field)
        note = notes.get(field.name, '')
        yield Leaf(f'{prefix}{field.name}', kind, default, note, bounds.get(field.name))


def config_of(config: type[Config], values: Mapping[str, Any], *, who: str) -> Config:
    """Return the config with these values in place of its defaults.

    Raise InputError for an unknown name, a value of another type or out of bounds, and for values
    that the dataclass refuses.
    """
    known = {leaf.name: leaf for leaf in leaves(config)}
    for name in values:
        if name not in known and not _general(name):
            raise InputError(
                f'{who}: unknown parameter {name!r}; expected one of {", ".join(known)}'
            )
    checked = {
        name: _checked(leaf, values[name], who) for name, leaf in known.items() if name in values
    }
    return _built(config, checked, '')


def plain(config: Any) -> Iterator[tuple[Leaf, Any]]:
    """Yield each parameter with its value as a ROS type."""
    for leaf in leaves(type(config)):
        value: Any = config
        for part in leaf.name.split('.'):
            value = getattr(value, part)
        yield leaf, plain_value(value)


def plain_value(value: Any) -> Any:
    """Return enumerations as their value and tuples as lists, as ROS expects."""
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


@cache
def _field_notes(kind: type) -> dict[str, str]:
    """Return the string literal below each field, on one line; skip fields without one."""
    notes = {}
    for base in reversed(kind.__mro__):
        if is_dataclass(base):
            notes.update(_own_notes(base))
    return notes


def _own_notes(kind: type) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for line, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(line, ast.AnnAssign) and isinstance(below, ast.Expr):
            assert isinstance(line.target, ast.Name)
            notes[line.target.id] = ' '.join(str(ast.literal_eval(below.value)).split())
    return notes


def _general(name: str) -> bool:
    return name in _GENERAL or name.startswith(_GENERAL_GROUPS)


def _built(config: type[Config], values: Mapping[str, Any], prefix: str) -> Config:
    kinds, given = typing.get_type_hints(config), {}
    for field in fields(typing.cast(Any, config)):
        name = f'{prefix}{field.name}'
        if is_dataclass(kinds[field.name]):
            given[field.name] = _built(kinds[field.name], values, f'{name}.')
        elif name in values:
            given[field.name] = values[name]
    return config(**given)


def _checked(leaf: Leaf, value: Any, who: str) -> Any:
    kind: Any = leaf.kind
    if leaf.choices:
        if value not in leaf.choices:
            raise InputError(
                f'{who}: parameter {leaf.name} must be one of {leaf.allowed}, got {value!r}'
            )
        return kind(value)
    if typing.get_origin(kind) is tuple:
        if not (isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
            raise InputError(
                f'{who}: parameter {leaf.name} must be a list of texts, got {value!r}'
            )
        return tuple(value)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise InputError(f'{who}: parameter {leaf.name} must be {_WORDS[kind]}, got {value!r}')
    if leaf.bounds is not None:
        leaf.bounds.check(f'{who}: parameter {leaf.name}', value)
    return value


def _factory_default(field: Any) -> Any:
    if field.default_factory is MISSING:
        raise TypeError(f'{field.name}: a parameter needs a default')
    return field.default_factory()
