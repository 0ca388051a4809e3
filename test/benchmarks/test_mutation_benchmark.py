# SPDX-License-Identifier: Apache-2.0
"""What counts as a change that was noticed."""

from benchmarks.mutation import score


def test_what_survived_and_what_no_test_runs_is_not_noticed() -> None:
    counts = {'killed': 7, 'timeout': 1, 'survived': 2, 'no_tests': 3, 'skipped': 50, 'total': 63}
    assert score(counts) == (8, 13)
