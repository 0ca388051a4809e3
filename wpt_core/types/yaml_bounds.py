# SPDX-License-Identifier: Apache-2.0
"""YAML from outside, looked through before it is loaded.

The loaders recurse, the one in C until the stack of the process overflows, and a few aliases of
aliases stand for more values than there is memory.
"""

from typing import Any

import yaml

__all__ = ['check_yaml']

_DEEPEST = 32
_MOST_VALUES = 1_000_000


def check_yaml(text: str, loader: Any) -> None:
    """yaml.YAMLError for no YAML, and for text nested too deep or standing for too many values.

    Parses with `loader` event by event, without recursion, and stops at the first excess.
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
            raise _excess(event, f'it stands for more than {_MOST_VALUES} values')


def _excess(event: yaml.Event, problem: str) -> yaml.YAMLError:
    mark: Any = event.start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _add(counts: list[int], size: int, anchor: str | None, sizes: dict[str | None, int]) -> None:
    counts[-1] += size
    if anchor is not None:
        sizes[anchor] = size
