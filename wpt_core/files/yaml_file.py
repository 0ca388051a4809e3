# SPDX-License-Identifier: Apache-2.0
"""YAML files from outside: data only, no repeated key, bounded in depth and size."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from wpt_core.types import InputError

__all__ = ['check_yaml', 'read_yaml']

_DEEPEST = 32
_MOST_VALUES = 1_000_000


def check_yaml(text: str, loader: Any) -> None:
    """Raise yaml.YAMLError for invalid YAML, and for text nested too deep or with too many values.

    The loaders recurse (the one in C until the stack of the process overflows), and a few aliases
    of aliases expand to more values than fit into memory. So the text is parsed event by event
    first, without recursion, up to the first excess.
    """
    counts = [0]
    names: list[str | None] = [None]
    sizes: dict[str | None, int] = {}
    for event in yaml.parse(text, loader):
        if isinstance(event, yaml.CollectionStartEvent):
            counts.append(0)
            names.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            _add(counts, counts.pop() + 1, names.pop(), sizes)
        elif isinstance(event, yaml.ScalarEvent):
            _add(counts, 1, event.anchor, sizes)
        elif isinstance(event, yaml.AliasEvent):
            _add(counts, sizes.get(event.anchor, 1), None, sizes)
        if len(counts) > _DEEPEST:
            raise _excess(event, f'it is nested more than {_DEEPEST} levels deep')
        if counts[-1] > _MOST_VALUES:
            raise _excess(event, f'it expands to more than {_MOST_VALUES} values')


def _excess(event: yaml.Event, problem: str) -> yaml.YAMLError:
    mark: Any = event.start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _add(counts: list[int], size: int, anchor: str | None, sizes: dict[str | None, int]) -> None:
    counts[-1] += size
    if anchor is not None:
        sizes[anchor] = size


_MAX_BYTES = 1_000_000


class _StrictLoader(yaml.SafeLoader):
    """Safe loader that refuses a repeated key instead of keeping the last one."""

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
    """Return the document in the file; `what` names the expected kind of file in errors."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f'{path}: expected a {what} of less than 1 MB; check the path')
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
