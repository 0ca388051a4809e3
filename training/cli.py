# SPDX-License-Identifier: Apache-2.0
"""The verbs of the school: reads the command line, and turns what went wrong into one sentence."""

import importlib
import sys
from collections.abc import Sequence

from wpt_core.types import WptError

__all__ = ['main']

USAGE_ERROR = 2
INTERRUPTED = 130


_VERBS = {
    'prepare': 'training.prepare',
    'train student': 'training.train_student',
    'train on-policy': 'training.train_on_policy',
    'evaluate': 'training.evaluate',
    'export': 'training.export',
    'watch': 'training.real_video',
}
"""Where each verb lives; a module is imported only when its verb is called, and has `main`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, 2 for a mistake, 130 when interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    name = _find(words)
    if name is None:
        begun = [known for known in _VERBS if words and known.startswith(words[0])]
        asked = ' '.join(words[:2]) or 'nothing'
        return _complain(f'got {asked!r}; expected one of {", ".join(begun or _VERBS)}')
    try:
        importlib.import_module(_VERBS[name]).main(words[len(name.split()) :])
    except KeyboardInterrupt:
        return INTERRUPTED
    except WptError as error:
        return _complain(str(error))
    return 0


def _find(words: Sequence[str]) -> str | None:
    """The verb that the words begin with."""
    for count in (2, 1):
        if (name := ' '.join(words[:count])) in _VERBS:
            return name
    return None


def _complain(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return USAGE_ERROR


if __name__ == '__main__':
    sys.exit(main())
