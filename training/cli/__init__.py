# SPDX-License-Identifier: Apache-2.0
"""Command line of the training verbs; errors are printed as one sentence."""

import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches

from training.processes.signals import sigterm_as_interrupt
from wpt_core.types import WptError

__all__ = ['VERBS', 'main']

USAGE_ERROR = 2
INTERRUPTED = 130
OWN_PACKAGES = ('wpt_core', 'training')

VERBS = {
    'prepare': 'training.cli.prepare',
    'train student': 'training.cli.train_student',
    'train on-policy': 'training.cli.train_on_policy',
    'evaluate': 'training.cli.evaluate',
    'export': 'training.cli.export',
    'watch': 'training.cli.watch',
}
"""Module of each verb, with a function `main`; imported only when the verb is called."""

_RESUMABLE = ('prepare', 'train student', 'train on-policy', 'evaluate')
"""Verbs that keep completed work and continue with the rest."""

TRAIN_HELP = """\
usage: wpt train student [options]      imitation learning from recorded episodes
       wpt train on-policy [options]    learning from drives of the student, labelled by a teacher

examples:
  wpt train student --preset mini
  wpt train on-policy --simulator proving_ground --rounds 4

wpt train student --help and wpt train on-policy --help list the options.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, 2 after an error of the user, 130 when interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (['train', '-h'], ['train', '--help'], ['train', 'help']):
        print(TRAIN_HELP, end='')
        return 0
    name = _find(words)
    if name is None:
        return _report(_unknown(words))
    try:
        with sigterm_as_interrupt():
            importlib.import_module(VERBS[name]).main(words[len(name.split()) :])
    except KeyboardInterrupt as stop:
        where = f' ({stop})' if str(stop) else ''
        goes_on = '; run the same command again to continue' if name in _RESUMABLE else ''
        print(f'wpt: {name} was interrupted{where}{goes_on}', file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (such as `head`) has exited; Python must not write to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ImportError as error:
        return _report(_missing(error))
    except WptError as error:
        return _report(str(error))
    return 0


def _find(words: Sequence[str]) -> str | None:
    """Return the verb at the start of the command line."""
    for count in (2, 1):
        if (name := ' '.join(words[:count])) in VERBS:
            return name
    return None


def _unknown(words: Sequence[str]) -> str:
    if words == ['train'] or (words[:1] == ['train'] and words[1].startswith('-')):
        return 'train: expected train student or train on-policy'
    name = ' '.join(words[:2] if words[:1] == ['train'] else words[:1])
    similar = get_close_matches(name, VERBS, n=1)
    if similar:
        return f'unknown verb {name!r}; did you mean {similar[0]}?'
    return f'unknown verb {name!r}; expected one of {", ".join(VERBS)}'


def _missing(error: ImportError) -> str:
    """Describe a package that is missing or broken; raise errors of this project again."""
    package = (error.name or '').partition('.')[0]
    if not package or package in OWN_PACKAGES:
        raise error
    return f'{package} cannot be imported by {sys.executable} ({error}); run ./wpt setup'


def _report(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return USAGE_ERROR
