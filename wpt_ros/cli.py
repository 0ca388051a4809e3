# SPDX-License-Identifier: Apache-2.0
"""Command line: dispatch to a verb, and print its errors as one sentence."""

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
    """Interface of a module in `wpt_ros.verbs`."""

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, arguments: argparse.Namespace, /) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; return its exit code, 2 for an error of the user, 130 when interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (for example `head`) has exited; Python must not flush to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ImportError as error:
        return _fail(_missing_package(error))
    except _user_errors() as error:
        return _fail(str(error))


class _Parser(argparse.ArgumentParser):
    """Reports an error with one sentence instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f'{self.prog}: {message}; see {self.prog} --help\n')


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ('help', '-h', '--help'):
        print(_overview())
        return 0
    if words[0] == '--version':
        print(f'wpt {__version__}')
        return 0
    if words[0] not in VERBS:
        return _fail(_unknown_verb(words[0]))
    verb = _load(words[0])
    parser = _Parser(
        prog=f'wpt {words[0]}',
        description=verb.SUMMARY,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_arguments(parser)
    return verb.run(parser.parse_args(words[1:]))


def _unknown_verb(word: str) -> str:
    """Return the error message for a word that is not an installed verb."""
    checkout_verbs = list(dict.fromkeys(name.split()[0] for name in CHECKOUT_VERBS))
    if word in checkout_verbs:
        return f'{word} works in a checkout only: run ./wpt {word} there'
    known = [*VERBS, *checkout_verbs, 'help']
    similar = get_close_matches(word, known, n=1)
    if similar:
        return f'unknown verb {word!r}; did you mean {similar[0]}? See wpt help'
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
            'Camera-based driver assistance for ROS 2. In a checkout run ./wpt VERB, which first',
            'installs missing packages; with the installed package run wpt VERB.',
            '',
            'verbs:',
            *table(VERBS),
            '',
            'verbs of a checkout (./wpt VERB):',
            *table(CHECKOUT_VERBS),
            '',
            'examples:',
            '  wpt drive                  drive the first scenario, results in runs/drive',
            '  wpt world --list           list the scenarios of the simulator',
            '  wpt drive --help           options and examples of one verb',
            '  wpt --version              print the version',
        ]
    )


def _user_errors() -> tuple[type[Exception], ...]:
    """Return the exception types whose message is shown to the user.

    `wpt_core.types` needs numpy, which doctor and help must not import. While it is not imported,
    none of its errors can be raised.
    """
    types = sys.modules.get('wpt_core.types')
    return (cast(type[Exception], types.WptError),) if types else ()


def _missing_package(error: ImportError) -> str:
    """Return the message for a missing or broken package; re-raise errors of our own packages."""
    package = (error.name or '').partition('.')[0]
    if not package or package in OWN_PACKAGES:
        raise error
    return (
        f'{package} cannot be imported by {sys.executable} ({error}); '
        'run ./wpt setup, or activate the environment that has it'
    )


def _fail(sentence: str) -> int:
    print(f'wpt: {sentence}', file=sys.stderr)
    return USAGE_ERROR


if __name__ == '__main__':
    sys.exit(main())
