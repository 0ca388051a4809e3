# SPDX-License-Identifier: Apache-2.0
"""The nodes, one a file: thin shells around the core."""
