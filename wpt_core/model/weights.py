# SPDX-License-Identifier: Apache-2.0
"""Weights of a student in one safetensors file: named numbers, no code."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from wpt_core.files import write_atomic
from wpt_core.model.config import StudentConfig
from wpt_core.model.config_json import skeleton
from wpt_core.model.student import Student
from wpt_core.types import InputError

__all__ = ['read_weights', 'sha256_of', 'write_weights']

_HEADER_BYTES = 1_000_000
_BYTES_A_NUMBER = 8
_REMEDY = 'copy the whole artifact again from its source'


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_weights(path: Path, student: Student) -> str:
    """Write the weights and return their hash; raise InputError if half precision cannot hold
    them."""
    parameters = {name for name, _ in student.named_parameters()}
    kept = {
        name: tensor.detach().to('cpu', torch.float16 if name in parameters else tensor.dtype)
        for name, tensor in student.state_dict().items()
    }
    for name, tensor in kept.items():
        if not torch.isfinite(tensor).all():
            raise InputError(
                f'{path}: {name} has numbers that are not finite in half precision; '
                'the training has diverged, so take an earlier checkpoint.'
            )
    data = save({name: tensor.contiguous() for name, tensor in kept.items()})
    write_atomic(path, data)
    return sha256_of(data)


def read_weights(path: Path, config: StudentConfig, *, sha256: str) -> Student:
    """Return a student in evaluation mode; raise InputError if the file does not fit the
    config."""
    student = skeleton(config)
    expected = student.state_dict()
    data = _bytes_of(path, most=_BYTES_A_NUMBER * sum(map(Tensor.numel, expected.values())))
    if sha256_of(data) != sha256:
        raise InputError(f'{path}: the hash differs from the one in the manifest; {_REMEDY}.')
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise InputError(f'{path}: invalid safetensors ({error}); {_REMEDY}.') from error
    _check(path, tensors, expected)
    # Always copy, because the loaded tensors share the memory of the file.
    student.load_state_dict(
        {name: tensors[name].to(shape.dtype, copy=True) for name, shape in expected.items()},
        assign=True,
    )
    return student.eval()


def _bytes_of(path: Path, *, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > most + _HEADER_BYTES:
            raise InputError(
                f'{path}: {size} bytes are more than the network in the manifest needs; {_REMEDY}.'
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f'{path}: cannot be read ({error.strerror}); {_REMEDY}.') from error


def _check(path: Path, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    for name, shape in expected.items():
        if name not in tensors:
            raise _mismatch(path, f'{name} is missing')
        found = tensors[name]
        if found.shape != shape.shape:
            raise _mismatch(path, f'{name} is {[*found.shape]}, expected {[*shape.shape]}')
        if found.is_floating_point() != shape.is_floating_point() or found.is_complex():
            raise _mismatch(path, f'{name} is of type {found.dtype}, expected {shape.dtype}')
        if not torch.isfinite(found).all():
            raise InputError(f'{path}: {name} has numbers that are not finite; {_REMEDY}.')
    if unexpected := sorted(tensors.keys() - expected.keys()):
        raise _mismatch(path, f'{unexpected[0]} is unknown')


def _mismatch(path: Path, what: str) -> InputError:
    return InputError(
        f'{path}: the weights do not fit the network in the manifest ({what}); {_REMEDY}, '
        'or use the artifact of this version.'
    )
