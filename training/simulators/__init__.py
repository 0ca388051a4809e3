# SPDX-License-Identifier: Apache-2.0
"""Where a driver can be put to learn: the proving ground so far."""
