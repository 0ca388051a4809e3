# SPDX-License-Identifier: Apache-2.0
"""References: recorded results of fixed inputs, which a change of structure must reproduce."""

import json
import platform
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

FOLDER = Path(__file__).parent / 'references'
RENEW = '--renew-references'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compare results with a stored file; with `--renew-references` store them instead."""

    def compare(name: str, found: Mapping[str, Any], *, tolerance: float = 0.0) -> None:
        file = FOLDER / f'{name}.json'
        if request.config.getoption(RENEW):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text_of({'machine': machine(), **found}))
            return
        stored = json.loads(file.read_text())
        exact = stored.pop('machine') == machine()
        assert stored.keys() == found.keys()
        for key, expected in stored.items():
            compare_values(expected, found[key], f'{name}: {key}', tolerance, exact=exact)

    return compare


def compare_values(
    expected: Any, found: Any, where: str, tolerance: float, *, exact: bool
) -> None:
    """Digests hold only on machines with the same processor and libraries."""
    if isinstance(expected, dict):
        assert expected.keys() == found.keys(), where
        for key in expected:
            if key != 'digest' or exact:
                compare_values(expected[key], found[key], f'{where}.{key}', tolerance, exact=exact)
    elif isinstance(expected, str) or not tolerance:
        assert found == expected, where
    else:
        np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, err_msg=where)


def text_of(values: Mapping[str, Any]) -> str:
    """One line for each entry, so that a difference is easy to find."""
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in values.items()]
    return '{\n' + ',\n'.join(lines) + '\n}\n'


def machine() -> str:
    """A digest of what decides the last bits of a result."""
    parts = (platform.machine(), np.__version__, cv2.__version__, cv2.getCPUFeaturesLine())
    return sha256(' '.join(parts).encode()).hexdigest()[:12]
