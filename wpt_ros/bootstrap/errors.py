# SPDX-License-Identifier: Apache-2.0
"""Errors of the set-up, each one sentence with a remedy."""

import re

__all__ = ['SetupError', 'explain']

ENOUGH_BYTES = 20_000_000

NO_NETWORK = re.compile(
    r'Failed to establish a new connection|Temporary failure in name resolution|'
    r'Name or service not known|Connection (refused|reset|aborted)|Network is unreachable|'
    r'Read timed out|ReadTimeoutError|ConnectTimeout|ProxyError|SSLError|'
    r'\(from versions: none\)|RemoteDisconnected|IncompleteRead'
)


class SetupError(Exception):
    """Set-up cannot continue; the message is for the user."""


def explain(doing: str, *, output: str, free_bytes: int, log: str) -> str:
    """Return why a command failed, from its output and the free disk space."""
    if 'No space left on device' in output or free_bytes < ENOUGH_BYTES:
        return (
            f'the disk is full while {doing} ({free_bytes / 1e6:.0f} MB free): make room '
            '(about 3 GB are needed, more with CUDA) and run ./wpt setup again'
        )
    if NO_NETWORK.search(output):
        return (
            f'no network while {doing}: the package index cannot be reached; check the '
            'connection (and proxy settings) and run ./wpt setup again'
        )
    return f'failed while {doing} ({_last_error(output)}): the whole output is in {log}'


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r'\berror\b', line, re.IGNORECASE)]
    return (errors or lines or ['it printed nothing'])[-1][:200]
