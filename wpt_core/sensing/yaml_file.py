# SPDX-License-Identifier: Apache-2.0
"""A YAML file from outside: data only, no key twice, and one sentence for whatever is wrong."""

from pathlib import Path
from typing import Any

import yaml

from wpt_core.types import InputError

__all__ = ['read_yaml']

_MAX_BYTES = 1_000_000


class _StrictLoader(yaml.SafeLoader):
    """YAML data without code, in which a key given twice is an error instead of lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                problem = f'found the key {key!r} a second time'
                mark = node.value[index][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, problem, mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, what: str) -> object:
    """The document in the file; `what` says in errors which kind of file was expected."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f'{path}: a {what} is expected to be under 1 MB; check the path')
        return yaml.load(path.read_text(encoding='utf-8'), Loader=_StrictLoader)
    except OSError as error:
        raise InputError(f'{path}: cannot read this {what} ({error.strerror})') from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        where = getattr(error, 'problem_mark', None)
        line = f' near line {where.line + 1}' if where else ''
        problem = getattr(error, 'problem', None) or 'it is not readable text'
        raise InputError(f'{path}: not a usable YAML file: {problem}{line}') from error
