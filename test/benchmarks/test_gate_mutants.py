# SPDX-License-Identifier: Apache-2.0
"""Each kind of change is made, once for each place, and nothing else changes."""

from benchmarks.gate_mutants import mutants

GATE = """\
class Gate:
    def tick(self):
        if self.broken:
            return 1
        found = {Event.HEALED: self.well}
        if self.state is GateState.FAULT:
            return 2 if self.hands else 3
        return min(max(a, -b), b)
"""


def test_a_condition_is_narrowed_by_each_state() -> None:
    made = [mutant.source for mutant in mutants(GATE) if 'not in' in mutant.what]
    # In five states, in the one that the event changes, and in the one that is reached.
    assert len(made) == 5 + 1 + 1
    narrow = 'if ((self.broken) and self.state is not GateState.DEGRADED):'
    assert GATE.replace('if self.broken:', narrow) in made
    healed = 'HEALED: ((self.well) and self.state is not GateState.FAULT)}'
    assert GATE.replace('HEALED: self.well}', healed) in made


def test_a_guard_beside_a_question_of_the_state_is_narrowed_too() -> None:
    gate = GATE.replace('if self.broken:', 'if self.state not in ON or self.broken:')
    made = [mutant.source for mutant in mutants(gate) if ' or self.broken) and' in mutant.source]
    assert len(made) == 5


def test_a_bound_is_removed() -> None:
    made = [mutant.source for mutant in mutants(GATE) if 'bound' in mutant.what]
    for rest in ('(max(a, -b))', '(b)', 'min((a), b)', 'min((-b), b)'):
        assert GATE.replace('min(max(a, -b), b)', rest) in made
    assert len(made) == 4


def test_half_of_a_range_is_removed() -> None:
    made = [mutant.source for mutant in mutants('ok = 0 < ä <= most\n')]
    assert made == ['ok = 0 < ä\n', 'ok = ä <= most\n']


def test_a_row_is_cut() -> None:
    rows = [
        mutant.source for mutant in mutants('R = Transition((_ON, _WEAK), Event.LATE, _OFF)\n')
    ]
    assert rows == [
        'R = Transition((_WEAK, ), Event.LATE, _OFF)\n',
        'R = Transition((_ON, ), Event.LATE, _OFF)\n',
    ]
    assert len(list(mutants('R = Transition(tuple(GateState), Event.BROKEN, _FAULT)\n'))) == 5
