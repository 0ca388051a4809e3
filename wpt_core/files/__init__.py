# SPDX-License-Identifier: Apache-2.0
"""Files that others read: written atomically, Markdown tables, pages with generated tables."""

from wpt_core.files.atomic import replacing, writable_folder, write_atomic
from wpt_core.files.markdown import GeneratedTables, markdown_table

__all__ = [
    'GeneratedTables',
    'markdown_table',
    'replacing',
    'writable_folder',
    'write_atomic',
]
