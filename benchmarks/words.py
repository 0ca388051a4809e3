# SPDX-License-Identifier: Apache-2.0
"""What several benchmarks ask on the command line and say of the machine."""

import argparse

__all__ = ['count', 'processor']


def count(word: str) -> int:
    """A number of runs and the like, for `argparse`."""
    if not word.isdecimal() or not 1 <= int(word) <= 10_000:
        raise argparse.ArgumentTypeError(f'expected a whole number from 1 to 10000, got {word!r}')
    return int(word)


def processor() -> str:
    """The name that the processor gives itself."""
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        for line in file:
            if line.startswith('model name'):
                return line.partition(':')[2].strip()
    return 'a processor of unknown name'
