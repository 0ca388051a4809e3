# SPDX-License-Identifier: Apache-2.0
"""Episodes, one drive in one bag each: writer, reader, and conversion of other recordings."""
