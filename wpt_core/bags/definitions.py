# SPDX-License-Identifier: Apache-2.0
"""What do the bytes mean? Message definitions, vetted before the library builds classes from them.

The library turns definitions into Python source and executes it. Definitions come out of bags, and
bags come from anywhere; so every name must be a plain name, every array a sensible size, and no
type may contain itself, before a definition is registered.
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
# What the library's parsers raise on text that is no definition.
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
    """Type name to text of every `.msg` file in a folder, as the messages of that package.

    InputError if there is none.
    """
    files = sorted(Path(folder).glob('*.msg'))
    if not files:
        raise InputError(
            f'{folder} holds no .msg file; name the folder with the definitions of {package}'
        )
    return {f'{package}/msg/{file.stem}': file.read_text(encoding='utf-8') for file in files}


def parsed(type_name: str, text: str) -> Typesdict:
    """The types that a definition defines (itself and what it appends); BagError if unusable.

    The text is that of a .msg file, the concatenated form of bags, or IDL.
    """
    if not TYPE_NAME.fullmatch(type_name):
        raise BagError(
            f'{type_name!r} is no message type; expected a name like std_msgs/msg/Header'
        )
    if len(text) > LONGEST_TEXT:
        raise BagError(
            f'the definition of {type_name} is {len(text)} characters long; '
            f'more than {LONGEST_TEXT} are refused'
        )
    try:
        types = _parse(type_name, text)
    except UNPARSABLE as error:
        raise BagError(
            f'the definition of {type_name} cannot be parsed ({reason(error)}); '
            'expected the text of a .msg or .idl file'
        ) from error
    _vet(types)
    return types


def typestore_for(definitions: Mapping[str, str], distribution: str) -> Typestore:
    """The given definitions first, then whatever else the ROS distribution defines.

    BagError names a definition that is unusable or contradicts another one. Equal arguments give
    the same typestore, which is not to be changed.
    """
    return _typestore(tuple(sorted(definitions.items())), distribution)


# The bags of a data set define the same types, and to build them takes longer than to open a bag.
@lru_cache(maxsize=16)
def _typestore(definitions: tuple[tuple[str, str], ...], distribution: str) -> Typestore:
    types: Typesdict = {}
    for name, text in definitions:
        for found, fields in parsed(name, text).items():
            if _wire(types.setdefault(found, fields)) != _wire(fields):
                raise BagError(f'{found} is defined in two ways, the second time for {name}')
    standard = rosbags_typestore(_store(distribution))
    store = rosbags_typestore(Stores.EMPTY)
    store.fielddefs.update({k: v for k, v in standard.fielddefs.items() if k not in types})
    store.types.update({k: v for k, v in standard.types.items() if k not in types})
    sound: set[str] = set()
    for name in types:
        _refuse_nesting(name, {**store.fielddefs, **types}, sound=sound)
    try:
        store.register(types)
    except UNPARSABLE as error:
        names = ', '.join(name for name, _ in definitions)
        raise BagError(f'the definitions of {names} cannot be used ({reason(error)})') from error
    return store


def full_definition(store: Typestore, type_name: str) -> str:
    """The definition with all that it needs, in the concatenated form that bags embed."""
    return store.generate_msgdef(type_name, ros_version=2)[0]


def type_hash(store: Typestore, type_name: str) -> str:
    """The hash (REP-2016) that ROS 2's own tools give the type."""
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
    """ROS 2 makes uint8 of char before it hashes, the library does not."""
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


def _vet(types: Typesdict) -> None:
    for name, (constants, fields) in types.items():
        plain = [constant[0] for constant in constants] + [field[0] for field in fields]
        suspects = [name] if not TYPE_NAME.fullmatch(name) else []
        suspects += [field for field in plain if not FIELD_NAME.fullmatch(field)]
        if suspects:
            raise BagError(f'{suspects[0]!r} in the definition of {name!r} is no plain name')
        for field, description in fields:
            _refuse_size(name, field, description)


def _refuse_size(name: str, field: str, description: FieldDesc) -> None:
    if description[0] not in (Nodetype.ARRAY, Nodetype.SEQUENCE):
        return
    (kind, element), size = description[1]
    least = 1 if description[0] == Nodetype.ARRAY else 0
    # The library writes one line of Python per element, but for arrays of plain numbers.
    unrolled = kind == Nodetype.NAME or element[0] == 'string'
    most = LONGEST_UNROLLED_ARRAY if least and unrolled else LONGEST_ARRAY
    if not least <= size <= most:
        raise BagError(
            f'field {field} of {name} is an array of {size}; {least} to {most} are accepted'
        )


def _refuse_nesting(
    name: str, types: Typesdict, *, above: tuple[str, ...] = (), sound: set[str]
) -> None:
    if name in above or len(above) > DEEPEST_NESTING:
        raise BagError(f'the definition of {above[0]} contains itself or is nested without end')
    if name in sound:
        return
    for child in _children(types[name][1]):
        if child not in types:
            raise BagError(
                f'{name} needs {child}, which is defined neither with it nor by the distribution; '
                'pass its definition'
            )
        _refuse_nesting(child, types, above=(*above, name), sound=sound)
    sound.add(name)


def _children(fields: list[tuple[str, FieldDesc]]) -> Iterator[str]:
    for _, description in fields:
        if description[0] == Nodetype.ARRAY or description[0] == Nodetype.SEQUENCE:
            description = description[1][0]
        if description[0] == Nodetype.NAME:
            yield description[1]


def _wire(definition: Any) -> Any:
    """What decides the bytes: the fields, not the constants."""
    return definition[1]
