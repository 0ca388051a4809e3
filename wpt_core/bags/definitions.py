# SPDX-License-Identifier: Apache-2.0
"""Message definitions, checked before the library generates classes from them.

The library turns definitions into Python source and executes it, and bags may come from anywhere.
So every name must be an identifier, every array of an accepted size, and no type may contain
itself before a definition is registered.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from rosbags.interfaces import Nodetype
from rosbags.interfaces.typing import Basename, FieldDesc, Typesdict
from rosbags.typesys import Stores, TypesysError, get_types_from_idl, get_types_from_msg
from rosbags.typesys import get_typestore as rosbags_typestore
from rosbags.typesys.store import Typestore

from wpt_core.bags.damage import reason
from wpt_core.types import BagError, InputError

__all__ = [
    'DEFAULT_DISTRIBUTION',
    'DISTRIBUTIONS',
    'definitions_from',
    'full_definition',
    'parsed',
    'type_hash',
    'typestore_for',
]

DISTRIBUTIONS: Mapping[str, Stores] = MappingProxyType(
    {store.name[5:].lower(): store for store in Stores if store.name.startswith('ROS2_')}
)
DEFAULT_DISTRIBUTION = 'jazzy'

LONGEST_TEXT = 2**17
LONGEST_ARRAY = 2**28
LONGEST_UNROLLED_ARRAY = 2**8
DEEPEST_NESTING = 32
SEPARATOR = '=' * 80 + '\n'
TYPE_NAME = re.compile(
    r'(?=.{1,255}$)[A-Za-z][A-Za-z0-9_]*(/(msg|srv|action))?/[A-Za-z][A-Za-z0-9_]*', re.A
)
CHAR: tuple[Literal[Nodetype.BASE], tuple[Basename, int]] = (Nodetype.BASE, ('char', 0))
UINT8: tuple[Literal[Nodetype.BASE], tuple[Basename, int]] = (Nodetype.BASE, ('uint8', 0))
FIELD_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_]*', re.A)
# Raised by the parsers of the library for invalid definitions.
UNPARSABLE = (
    TypesysError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


def definitions_from(folder: Path | str, package: str) -> dict[str, str]:
    """Return type name to text for all `.msg` files of a folder.

    Raise InputError if there is none.
    """
    files = sorted(Path(folder).glob('*.msg'))
    if not files:
        raise InputError(
            f'{folder} contains no .msg file; name the folder with the definitions of {package}'
        )
    return {f'{package}/msg/{file.stem}': file.read_text(encoding='utf-8') for file in files}


def parsed(type_name: str, text: str) -> Typesdict:
    """Parse a definition to the types in it; raise BagError if it is invalid.

    The text is that of a .msg file, the concatenated form of bags, or IDL.
    """
    if not TYPE_NAME.fullmatch(type_name):
        raise BagError(
            f'{type_name!r} is not a message type; expected a name like std_msgs/msg/Header'
        )
    if len(text) > LONGEST_TEXT:
        raise BagError(
            f'the definition of {type_name} is {len(text)} characters long; '
            f'at most {LONGEST_TEXT} are accepted'
        )
    try:
        types = _parse(type_name, text)
    except UNPARSABLE as error:
        raise BagError(
            f'the definition of {type_name} cannot be parsed ({reason(error)}); '
            'expected the text of a .msg or .idl file'
        ) from error
    _check_names_and_sizes(types)
    return types


def typestore_for(definitions: Mapping[str, str], distribution: str) -> Typestore:
    """Return a typestore of these definitions and of the ROS distribution.

    Raise BagError naming a definition that is invalid or contradicts another one. Equal arguments
    return the same typestore, which must not be changed.
    """
    return _typestore(tuple(sorted(definitions.items())), distribution)


# Bags of a data set define the same types, and building them takes longer than opening a bag.
@lru_cache(maxsize=16)
def _typestore(definitions: tuple[tuple[str, str], ...], distribution: str) -> Typestore:
    types: Typesdict = {}
    for name, text in definitions:
        for found, fields in parsed(name, text).items():
            if _layout(types.setdefault(found, fields)) != _layout(fields):
                raise BagError(f'{found} is defined in two ways, the second time for {name}')
    standard = rosbags_typestore(_store(distribution))
    store = rosbags_typestore(Stores.EMPTY)
    store.fielddefs.update({k: v for k, v in standard.fielddefs.items() if k not in types})
    store.types.update({k: v for k, v in standard.types.items() if k not in types})
    checked: set[str] = set()
    for name in types:
        _check_nesting(name, {**store.fielddefs, **types}, checked=checked)
    try:
        store.register(types)
    except UNPARSABLE as error:
        names = ', '.join(name for name, _ in definitions)
        raise BagError(f'the definitions of {names} cannot be used ({reason(error)})') from error
    return store


def full_definition(store: Typestore, type_name: str) -> str:
    """Return the definition with its dependencies, in the concatenated form that bags embed."""
    return store.generate_msgdef(type_name, ros_version=2)[0]


def type_hash(store: Typestore, type_name: str) -> str:
    """Return the type hash (REP-2016) that the ROS 2 tools compute."""
    stand_in = rosbags_typestore(Stores.EMPTY)
    waiting = [type_name]
    while waiting:
        name = waiting.pop()
        if name not in stand_in.fielddefs:
            constants, fields = store.fielddefs[name]
            stand_in.fielddefs[name] = constants, [(f, _without_char(d)) for f, d in fields]
            waiting.extend(_children(fields))
    return stand_in.hash_rihs01(type_name)


def _without_char(description: FieldDesc) -> FieldDesc:
    """ROS 2 hashes char as uint8, the library does not."""
    if description[0] == Nodetype.ARRAY or description[0] == Nodetype.SEQUENCE:
        inner, size = description[1]
        return (description[0], (UINT8, size)) if inner == CHAR else description
    return UINT8 if description == CHAR else description


def _store(distribution: str) -> Stores:
    if distribution not in DISTRIBUTIONS:
        known = ', '.join(DISTRIBUTIONS)
        raise InputError(f'distribution must be one of {known}, not {distribution!r}')
    return DISTRIBUTIONS[distribution]


def _parse(type_name: str, text: str) -> Typesdict:
    if text.startswith(SEPARATOR + 'IDL: '):
        types: Typesdict = {}
        for part in text.split(SEPARATOR)[1:]:
            types.update(get_types_from_idl(part.partition('\n')[2]))
        return types
    if re.search(r'^\s*module\s+\w+\s*\{', text, re.M):
        return get_types_from_idl(text)
    return get_types_from_msg(text, type_name)


def _check_names_and_sizes(types: Typesdict) -> None:
    for name, (constants, fields) in types.items():
        plain = [constant[0] for constant in constants] + [field[0] for field in fields]
        suspects = [name] if not TYPE_NAME.fullmatch(name) else []
        suspects += [field for field in plain if not FIELD_NAME.fullmatch(field)]
        if suspects:
            raise BagError(f'{suspects[0]!r} in the definition of {name!r} is not a valid name')
        for field, description in fields:
            _check_size(name, field, description)


def _check_size(name: str, field: str, description: FieldDesc) -> None:
    if description[0] not in (Nodetype.ARRAY, Nodetype.SEQUENCE):
        return
    (kind, element), size = description[1]
    least = 1 if description[0] == Nodetype.ARRAY else 0
    # The library generates one line of Python per element, except for arrays of numbers.
    unrolled = kind == Nodetype.NAME or element[0] == 'string'
    most = LONGEST_UNROLLED_ARRAY if least and unrolled else LONGEST_ARRAY
    if not least <= size <= most:
        raise BagError(
            f'field {field} of {name} is an array of {size}; {least} to {most} are accepted'
        )


def _check_nesting(
    name: str, types: Typesdict, *, above: tuple[str, ...] = (), checked: set[str]
) -> None:
    if name in above or len(above) > DEEPEST_NESTING:
        raise BagError(f'the definition of {above[0]} contains itself or is nested too deep')
    if name in checked:
        return
    for child in _children(types[name][1]):
        if child not in types:
            raise BagError(
                f'{name} needs {child}, which is defined neither with it nor by the distribution; '
                'pass its definition'
            )
        _check_nesting(child, types, above=(*above, name), checked=checked)
    checked.add(name)


def _children(fields: list[tuple[str, FieldDesc]]) -> Iterator[str]:
    for _, description in fields:
        if description[0] == Nodetype.ARRAY or description[0] == Nodetype.SEQUENCE:
            description = description[1][0]
        if description[0] == Nodetype.NAME:
            yield description[1]


def _layout(definition: Any) -> Any:
    """Return the part that determines the layout: the fields, not the constants."""
    return definition[1]
