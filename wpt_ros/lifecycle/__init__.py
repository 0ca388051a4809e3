# SPDX-License-Identifier: Apache-2.0
"""Base class of all nodes: lifecycle, error handling, diagnostics, and the main loop."""
