# SPDX-License-Identifier: Apache-2.0
"""What a page of the documentation claims: links, headings, and commands."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

__all__ = ['anchors', 'broken_links', 'commands', 'pages']

FENCE = re.compile(r'^```.*?^```', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\]\(([^)\s]+)\)')
SPAN = re.compile(r'`([^`\n]+)`')
PLACEHOLDER = re.compile(r'\b(VERB|SUITE|NAME|DRIVER)\b|…')
"""What readers are to replace where a parser has choices."""


def pages(root: Path) -> list[Path]:
    """Every page of the repository but the history."""
    folders = ('.', 'docs', 'launch', 'models', 'rviz')
    found = {page for folder in folders for page in (root / folder).glob('*.md')}
    return sorted(found - {root / 'CHANGELOG.md'})


def anchors(text: str) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r'^#+ (.+)$', FENCE.sub('', text), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', one.lower()).replace(' ', '-') for one in headings}


def broken_links(page: Path) -> list[str]:
    """Links to files or headings that do not exist; other hosts are not asked."""
    return [
        link
        for link in LINK.findall(SPAN.sub('', FENCE.sub('', page.read_text())))
        if '://' not in link and not _leads_somewhere(page, link)
    ]


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition('#')
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text()))


def commands(page: Path, start: str) -> Iterator[list[str]]:
    """The words after `start`, of each command in a code block or a code span."""
    lines = page.read_text().replace('\\\n', ' ').splitlines()
    blocks = [line.strip() for line in lines]
    spans = [span for line in lines for span in SPAN.findall(line)]
    for text in dict.fromkeys([*blocks, *spans]):
        if text.startswith(f'{start} ') and not PLACEHOLDER.search(text):
            yield shlex.split(text, comments=True)[len(start.split()) :]
