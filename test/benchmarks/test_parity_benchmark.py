# SPDX-License-Identifier: Apache-2.0
"""The words of the comparison between the graph and one process."""

from benchmarks.parity import Pair, table


def test_only_what_differs_is_listed_and_both_are_counted() -> None:
    pairs = [
        Pair('one', True, True, 0),
        Pair('two', True, False, 2),
        Pair('three', False, False, 1),
    ]
    assert table(pairs).splitlines() == [
        'two: passed over topics, failed alone',
        'passed over topics 2, in one process 1, of 3',
        'interventions of the gate: 3',
    ]
