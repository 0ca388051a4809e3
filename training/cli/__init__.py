# SPDX-License-Identifier: Apache-2.0
"""The verbs of training: finds the verb, runs it, and turns an error into one sentence."""

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
"""Where each verb lives; a module is imported only when its verb is called, and has `main`."""

_GO_ON = ('prepare', 'train student', 'train on-policy', 'evaluate')
"""What is done is kept, and not done again."""

TRAIN_HELP = """\
usage: wpt train student [options]      imitation of the expert, from recorded drives
       wpt train on-policy [options]    the student drives, the expert corrects it

wpt train student --help and wpt train on-policy --help list the options.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, 2 for a mistake, 130 when interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words in (['train', '-h'], ['train', '--help'], ['train', 'help']):
        print(TRAIN_HELP, end='')
        return 0
    name = _find(words)
    if name is None:
        return _complain(_unknown(words))
    try:
        with sigterm_as_interrupt():
            importlib.import_module(VERBS[name]).main(words[len(name.split()) :])
    except KeyboardInterrupt as stop:
        where = f' ({stop})' if str(stop) else ''
        goes_on = '; the same command goes on from there' if name in _GO_ON else ''
        print(f'wpt: {name} was interrupted{where}{goes_on}', file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, `head` say, has gone; at exit Python must not try to write to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ImportError as error:
        return _complain(_missing(error))
    except WptError as error:
        return _complain(str(error))
    return 0


def _find(words: Sequence[str]) -> str | None:
    """The verb that the words begin with."""
    for count in (2, 1):
        if (name := ' '.join(words[:count])) in VERBS:
            return name
    return None


def _unknown(words: Sequence[str]) -> str:
    if words == ['train'] or (words[:1] == ['train'] and words[1].startswith('-')):
        return 'train needs to know which training: train student or train on-policy'
    asked = ' '.join(words[:2] if words[:1] == ['train'] else words[:1])
    similar = get_close_matches(asked, VERBS, n=1)
    if similar:
        return f'unknown verb {asked!r}; did you mean {similar[0]}?'
    return f'unknown verb {asked!r}; expected one of {", ".join(VERBS)}'


def _missing(error: ImportError) -> str:
    """One sentence for a package that is absent or broken; a fault of our own is raised again."""
    package = (error.name or '').partition('.')[0]
    if not package or package in OWN_PACKAGES:
        raise error
    return f'{package} cannot be imported by {sys.executable} ({error}); run ./wpt setup'


def _complain(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return USAGE_ERROR
