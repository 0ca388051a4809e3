# SPDX-License-Identifier: Apache-2.0
"""Check that the arrays of a message have the types of their fields.

The library copies their bytes unchanged: int32 in a float32 field would become noise.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from rosbags.interfaces import Nodetype
from rosbags.typesys.base import normalize_fieldname
from rosbags.typesys.store import Typestore

__all__ = ['Arrays', 'arrays_of', 'check_arrays']

Arrays = Mapping[str, 'np.dtype[Any] | Arrays']
"""Field name to the dtype of its array, or to the arrays of the nested message(s)."""

# ROS does not define whether a byte is signed.
DTYPES = {'byte': 'V1', 'octet': 'V1', 'char': 'uint8'}


def arrays_of(store: Typestore, type_name: str) -> Arrays:
    """Return the numeric arrays of a known message type."""
    found: dict[str, np.dtype[Any] | Arrays] = {}
    for name, description in store.fielddefs[type_name][1]:
        inner = description
        if description[0] == Nodetype.ARRAY or description[0] == Nodetype.SEQUENCE:
            inner = description[1][0]
        if inner[0] == Nodetype.NAME:
            if nested := arrays_of(store, inner[1]):
                found[normalize_fieldname(name)] = nested
        elif inner is not description and inner[0] == Nodetype.BASE and inner[1][0] != 'string':
            found[normalize_fieldname(name)] = np.dtype(DTYPES.get(inner[1][0], inner[1][0]))
    return found


def check_arrays(message: Any, arrays: Arrays) -> None:
    """Raise TypeError naming the first field that has no array or one of another dtype."""
    for name, expected in arrays.items():
        value = getattr(message, name)
        if not isinstance(expected, np.dtype):
            for part in value if isinstance(value, list) else (value,):
                check_arrays(part, expected)
        elif not isinstance(value, np.ndarray):
            raise TypeError(f'{name} must be an array of {expected}, not {type(value).__name__}')
        elif value.ndim != 1 or not _fits(value.dtype, expected):
            raise TypeError(
                f'{name} must be a flat array of {expected}, not {value.ndim}D of {value.dtype}'
            )


def _fits(dtype: np.dtype[Any], expected: np.dtype[Any]) -> bool:
    return dtype == expected or (expected.kind == 'V' and dtype.str[1:] in ('i1', 'u1'))
