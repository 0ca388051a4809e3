# SPDX-License-Identifier: Apache-2.0
"""Episodes: one drive in one bag; writer, reader, and converters for other recordings."""
