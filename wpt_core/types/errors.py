# SPDX-License-Identifier: Apache-2.0
"""Errors that carry the sentence a user reads: what was expected, what came, what to do."""

__all__ = ['BagError', 'InputError', 'WptError']


class WptError(Exception):
    """Something this package understands and can explain in one sentence."""


class InputError(WptError):
    """A value from outside is not usable; the message names the field and the accepted values."""


class BagError(WptError):
    """A recording cannot be read or written; the message names the file and what is left of it."""
