# SPDX-License-Identifier: Apache-2.0
"""The command line: finds the verb, runs it, and turns what went wrong into one sentence."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn, Protocol, cast

from wpt_ros import __version__
from wpt_ros.verbs import CHECKOUT_VERBS, VERBS

__all__ = ['main']

USAGE_ERROR = 2
INTERRUPTED = 130
OWN_PACKAGES = ('wpt_core', 'wpt_ros', 'training')


class Verb(Protocol):
    """What a module of `wpt_ros.verbs` offers."""

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, arguments: argparse.Namespace, /) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return 0, what the verb returns, 2 for a mistake, 130 when interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, `head` say, has gone; at exit Python must not try to write to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ImportError as error:
        return _complain(_missing(error))
    except _explained() as error:
        return _complain(str(error))


class _Parser(argparse.ArgumentParser):
    """Answers a mistake with one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f'{self.prog}: {message}; {self.prog} --help tells more\n')


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ('help', '-h', '--help'):
        print(_overview())
        return 0
    if words[0] == '--version':
        print(f'wpt {__version__}')
        return 0
    if words[0] not in VERBS:
        return _complain(_unknown(words[0]))
    verb = _load(words[0])
    parser = _Parser(
        prog=f'wpt {words[0]}',
        description=verb.SUMMARY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_arguments(parser)
    return verb.run(parser.parse_args(words[1:]))


def _unknown(word: str) -> str:
    """One sentence for a word that is no verb, or none of what is installed."""
    checkout_verbs = list(dict.fromkeys(name.split()[0] for name in CHECKOUT_VERBS))
    if word in checkout_verbs:
        return f'{word} works in a checkout only: ./wpt {word}'
    known = [*VERBS, *checkout_verbs, 'help']
    similar = get_close_matches(word, known, n=1)
    if similar:
        return f'unknown verb {word!r}; did you mean {similar[0]}? wpt help lists all verbs'
    return f'unknown verb {word!r}; the verbs are {", ".join(known)}'


def _load(name: str) -> Verb:
    return cast(Verb, importlib.import_module(f'wpt_ros.verbs.{name}'))


def _overview() -> str:
    def table(verbs: dict[str, str]) -> list[str]:
        return [f'  {name:15} {summary}' for name, summary in verbs.items()]

    return '\n'.join(
        [
            'usage: wpt VERB [options]',
            '',
            *table(VERBS),
            '',
            'in a checkout, as ./wpt VERB, also:',
            '',
            *table(CHECKOUT_VERBS),
            '',
            'wpt VERB --help tells more about one verb, wpt --version which version this is.',
        ]
    )


def _explained() -> tuple[type[Exception], ...]:
    """The errors that carry their own sentence.

    Their room needs numpy, which doctor and help must do without; where nobody has imported it,
    none of them can be on its way.
    """
    room = sys.modules.get('wpt_core.types')
    return (cast(type[Exception], room.WptError),) if room else ()


def _missing(error: ImportError) -> str:
    """One sentence for a package that is absent or broken; a fault of our own is raised again."""
    package = (error.name or '').partition('.')[0]
    if not package or package in OWN_PACKAGES:
        raise error
    return (
        f'{package} cannot be imported by {sys.executable} ({error}); '
        'run ./wpt setup, or activate the environment that has it'
    )


def _complain(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return USAGE_ERROR


if __name__ == '__main__':
    sys.exit(main())
