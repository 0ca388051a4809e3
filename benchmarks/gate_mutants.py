# SPDX-License-Identifier: Apache-2.0
"""Changes of the gate's code that a general mutation tool does not make.

- a condition of the gate that no longer holds in one state,
- a bound that is removed: `min(a, b)` becomes `a`, then `b`, and one half of `a <= b <= c`,
- a row of the table of transitions that no longer holds in one of its states.
"""

import ast
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wpt_core.safety import TRANSITIONS

__all__ = ['Mutant', 'mutants']

_STATES = ('DISENGAGED', 'ENGAGED', 'DEGRADED', 'OVERRIDDEN', 'FAULT')
_IDLE = ('DISENGAGED', 'OVERRIDDEN', 'FAULT')
_UNNOTICEABLE = {
    # `active` is false in these states.
    'active': ('DISENGAGED', 'FAULT'),
    # A tick that does not steer renews both curvatures anyway.
    'self._clocks.advance(now)': _IDLE,
    # `_command` has returned by then.
    'elapsed_s > 0.0': _IDLE,
}
"""States in which the narrowed condition changes nothing that the gate does."""


@dataclass(frozen=True)
class Mutant:
    """A whole file in which one thing is changed."""

    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """All of them for one file."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == 'Gate':
            yield from _narrowed(source, node)
        if isinstance(node, ast.Call):
            yield from _unbounded(source, node)
            yield from _cut_row(source, node)
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            yield from _halved(source, node)


def _narrowed(source: str, gate: ast.ClassDef) -> Iterator[Mutant]:
    reached = _reached(source, gate)
    for node in ast.walk(gate):
        if isinstance(node, ast.If | ast.IfExp):
            text = _text(source, node.test)
            # A plain question of the state stays as it is: of another state it is false anyway.
            if not text.startswith('self.state is GateState.'):
                states = reached.get(node, _STATES)
                rest = [state for state in states if state not in _UNNOTICEABLE.get(text, ())]
                yield from _without(source, node.test, rest)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Attribute):
                    yield from _without(source, value, _states_of(key.attr))


def _reached(source: str, gate: ast.ClassDef) -> dict[ast.AST, tuple[str, ...]]:
    """The only state in which what stands below `if self.state is ...` is run."""
    reached: dict[ast.AST, tuple[str, ...]] = {}
    for node in ast.walk(gate):
        if isinstance(node, ast.If):
            question, _, state = _text(source, node.test).rpartition('.')
            if question == 'self.state is GateState':
                for statement in node.body:
                    reached |= dict.fromkeys(ast.walk(statement), (state,))
    return reached


def _states_of(event: str) -> tuple[str, ...]:
    """In which an event changes the state."""
    return tuple(
        state.name
        for row in TRANSITIONS
        if row.event.name == event
        for state in row.of
        if state is not row.to
    )


def _without(source: str, condition: ast.expr, states: Sequence[str]) -> Iterator[Mutant]:
    for state in states:
        narrow = f'(({_text(source, condition)}) and self.state is not GateState.{state})'
        yield _with(source, condition, narrow, f'not in {state}')


def _unbounded(source: str, call: ast.Call) -> Iterator[Mutant]:
    if isinstance(call.func, ast.Name) and call.func.id in ('min', 'max') and len(call.args) > 1:
        for argument in call.args:
            yield _with(source, call, f'({_text(source, argument)})', 'bound removed')


def _halved(source: str, compare: ast.Compare) -> Iterator[Mutant]:
    operands = [compare.left, *compare.comparators]
    for left, right in itertools.pairwise(operands):
        start, end = _span(source, left)[0], _span(source, right)[1]
        yield _with(source, compare, source[start:end], 'half of the range')


def _cut_row(source: str, call: ast.Call) -> Iterator[Mutant]:
    if not (isinstance(call.func, ast.Name) and call.func.id == 'Transition'):
        return
    states = call.args[0]
    if isinstance(states, ast.Tuple):
        for cut in states.elts:
            rest = [_text(source, one) for one in states.elts if one is not cut]
            yield _with(source, states, f'({"".join(f"{one}, " for one in rest)})', 'row cut')
    else:
        for state in _STATES:
            rest_of = f'tuple(s for s in GateState if s is not GateState.{state})'
            yield _with(source, states, rest_of, f'row without {state}')


def _with(source: str, node: ast.AST, text: str, what: str) -> Mutant:
    start, end = _span(source, node)
    line = source.count('\n', 0, start) + 1
    changed = source[:start] + text + source[end:]
    return Mutant(f'line {line}, {what}: {text}', changed)


def _text(source: str, node: ast.AST) -> str:
    start, end = _span(source, node)
    return source[start:end]


def _span(source: str, node: ast.AST) -> tuple[int, int]:
    """Where a node stands; columns of ast count bytes."""
    lines = source.splitlines(keepends=True)

    def place(line: int, column: int) -> int:
        before = sum(map(len, lines[: line - 1]))
        return before + len(lines[line - 1].encode()[:column].decode())

    assert isinstance(node, ast.expr)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return place(node.lineno, node.col_offset), place(node.end_lineno, node.end_col_offset)
