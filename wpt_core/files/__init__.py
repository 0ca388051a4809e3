# SPDX-License-Identifier: Apache-2.0
"""Files: atomic writes, YAML from outside, Markdown tables and pages that contain them."""

from wpt_core.files.atomic import (
    publish_folder,
    replacing,
    replacing_folder,
    writable_folder,
    write_atomic,
)
from wpt_core.files.markdown import GeneratedTables, markdown_table
from wpt_core.files.yaml_file import check_yaml, read_yaml

__all__ = [
    'GeneratedTables',
    'check_yaml',
    'markdown_table',
    'publish_folder',
    'read_yaml',
    'replacing',
    'replacing_folder',
    'writable_folder',
    'write_atomic',
]
