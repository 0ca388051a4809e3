# SPDX-License-Identifier: Apache-2.0
"""The nodes, one per file: thin shells around `wpt_core`."""
