# SPDX-License-Identifier: Apache-2.0
"""What should have been done? A label for each set of views."""
