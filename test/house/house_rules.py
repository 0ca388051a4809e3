# SPDX-License-Identifier: Apache-2.0
"""The rules of the house that no ordinary linter knows; each function lists the violations."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 500
LONGEST_FUNCTION = 50
LICENCE = 'SPDX-License-Identifier: Apache-2.0'

NOT_OURS = {
    '.git',
    '.venv',
    '.venv.old',
    '.wpt',
    'build',
    'install',
    'log',
    'out',
    'runs',
    '__pycache__',
}
WITH_LICENCE = {'.py', '.toml', '.yaml', '.yml', '.cfg', '.msg', '.txt', '.xml', '.sh', ''}
WITHOUT_LICENCE = {'LICENSE', '.gitignore', 'wpt_ros'}
BANNED = {
    'a path of one machine': r'(?<![\w.])/(work|tmp|root|home)/\w',
    'the host of a package registry': r'pypi[.]org|pythonhosted[.]org|npmjs[.]|conda[.]anaconda',
    'something left to do': r'\b(TO[D]O|FIX[M]E|XX[X])\b',
    'a silenced linter': r'#\s*no[q]a',
    'an ignored type without a reason': r'type: ignor[e](\[[^\]]*\])?\s*$',
    'a word about how it was written': r'(?i)\b(clau[d]e|chatgp[t]|copilo[t]|as an a[i])\b',
}


def files(root: Path) -> Iterator[Path]:
    """The project's own text files."""
    for path in sorted(root.iterdir()):
        if path.name in NOT_OURS or path.name.endswith(('_cache', '.egg-info')):
            continue
        if path.is_dir():
            yield from files(path) if path.name != '.hypothesis' else ()
        elif not path.name.startswith('.coverage') and b'\0' not in path.read_bytes()[:1024]:
            yield path


def long_files(root: Path) -> list[str]:
    return [
        f'{file.relative_to(root)} has {count} lines, at most {LONGEST_FILE}'
        for file in files(root)
        if file.suffix == '.py' and (count := len(file.read_text().splitlines())) > LONGEST_FILE
    ]


def long_functions(root: Path) -> list[str]:
    found = []
    for file in files(root):
        if file.suffix != '.py':
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count = (node.end_lineno or 0) - node.lineno + 1
                if count > LONGEST_FUNCTION:
                    found.append(
                        f'{file.relative_to(root)}: {node.name} has {count} lines, '
                        f'at most {LONGEST_FUNCTION}'
                    )
    return found


def without_licence(root: Path) -> list[str]:
    """Files whose first line (second, after a shebang or an XML declaration) names no licence."""
    return [
        f'{file.relative_to(root)} does not begin with its licence'
        for file in files(root)
        if file.suffix in WITH_LICENCE
        and file.name not in WITHOUT_LICENCE
        and not any(LICENCE in line for line in _head(file))
    ]


def _head(file: Path) -> list[str]:
    lines = file.read_text().splitlines()
    return lines[:2] if lines and lines[0].startswith(('#!', '<?xml')) else lines[:1]


def banned_words(root: Path) -> list[str]:
    return [
        f'{file.relative_to(root)}:{number} has {what}: {line.strip()}'
        for file in files(root)
        if file.name != 'LICENSE'
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for what, pattern in BANNED.items()
        if re.search(pattern, line)
    ]


def shadowing_packages(root: Path) -> list[str]:
    """Folders that would hide a package of ROS from Python."""
    return [f'{name}/__init__.py hides ROS' for name in ('launch',) if _is_package(root / name)]


def _is_package(folder: Path) -> bool:
    return (folder / '__init__.py').exists()
