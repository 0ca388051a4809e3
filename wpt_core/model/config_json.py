# SPDX-License-Identifier: Apache-2.0
"""StudentConfig as JSON, with an upper bound for each size, because files come from outside."""

import math
from dataclasses import asdict, fields

import torch

from wpt_core.model.config import StudentConfig
from wpt_core.model.strict_json import Section
from wpt_core.model.student import Student
from wpt_core.types import InputError

__all__ = ['MOST_PARAMETERS', 'config_document', 'config_from', 'skeleton']

MOST_PARAMETERS = 400_000_000
"""Ten times the largest preset."""
_INFINITE = 'infinite'
_MOST_BITS_A_FEATURE = 32.0
_MOST_STAGES = 6
_MOST_CHANNELS = 4096


def config_document(config: StudentConfig) -> dict[str, object]:
    """Return the document that `config_from` reads."""
    document = asdict(config) | {'stages': list(config.stages)}
    if math.isinf(config.capacity_bits):
        document['capacity_bits'] = _INFINITE
    return document


def config_from(parent: Section, name: str) -> StudentConfig:
    """Return the config in this field; raise InputError for a missing, unknown or invalid size."""
    section = parent.section(name, [field.name for field in fields(StudentConfig)])
    try:
        config = _config(section)
    except InputError as error:
        if str(error).startswith(section.where):
            raise
        raise section.error(str(error).rstrip('.')) from error
    count = sum(parameter.numel() for parameter in skeleton(config).parameters())
    if count > MOST_PARAMETERS:
        raise section.error(
            f'the network has {count} parameters; at most {MOST_PARAMETERS} are accepted'
        )
    return config


def skeleton(config: StudentConfig) -> Student:
    """Return a student on the meta device: parameters have shapes but no memory."""
    with torch.device('meta'):
        return Student(config)


def _config(section: Section) -> StudentConfig:
    features = section.integer('features', 1, 16_384)
    return StudentConfig(
        views=section.integer('views', 1, 32),
        view_height_px=section.integer('view_height_px', 1, 2048),
        view_width_px=section.integer('view_width_px', 1, 2048),
        stages=_stages(section),
        view_channels=section.integer('view_channels', 1, _MOST_CHANNELS),
        view_token=section.integer('view_token', 1, 4096),
        features=features,
        capacity_bits=_capacity_bits(section, features),
        width=section.integer('width', 1, 4096),
        layers=section.integer('layers', 1, 64),
        heads=section.integer('heads', 1, 64),
        history=section.integer('history', 1, 256),
        history_step_s=section.number('history_step_s', 0.001, 10.0),
        hypotheses=section.integer('hypotheses', 1, 64),
        points=section.integer('points', 1, 1024),
    )


def _stages(section: Section) -> tuple[int, ...]:
    stages = section.list_of('stages')
    if not 1 <= len(stages) <= _MOST_STAGES or not all(
        isinstance(channels, int) and 2 <= channels <= _MOST_CHANNELS for channels in stages
    ):
        raise section.error(
            f'stages must be 1 to {_MOST_STAGES} whole numbers from 2 to {_MOST_CHANNELS}'
        )
    return tuple(channels for channels in stages if isinstance(channels, int))


def _capacity_bits(section: Section, features: int) -> float:
    if section.value('capacity_bits') == _INFINITE:
        return math.inf
    return section.number('capacity_bits', 1e-3, _MOST_BITS_A_FEATURE * features)
