# SPDX-License-Identifier: Apache-2.0
"""A YAML file from outside: data only, no key twice, and one sentence for whatever is wrong."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from wpt_core.types import InputError, check_yaml

__all__ = ['read_yaml']

_MAX_BYTES = 1_000_000


class _StrictLoader(yaml.SafeLoader):
    """YAML data without code, in which a key given twice is an error instead of lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                problem = f'found the key {key!r} a second time'
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, what: str) -> object:
    """The document in the file; `what` says in errors which kind of file was expected."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f'{path}: a {what} is expected to be under 1 MB; check the path')
        text = path.read_text(encoding='utf-8')
        check_yaml(text, _StrictLoader)
        return yaml.load(text, Loader=_StrictLoader)
    except OSError as error:
        raise InputError(f'{path}: cannot read this {what} ({error.strerror})') from error
    except (yaml.YAMLError, ValueError) as error:
        where = getattr(error, 'problem_mark', None)
        line = f' near line {where.line + 1}' if where else ''
        problem = getattr(error, 'problem', None) or 'it is not readable text'
        raise InputError(f'{path}: not a usable YAML file: {problem}{line}') from error
