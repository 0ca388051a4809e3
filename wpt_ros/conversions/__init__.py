# SPDX-License-Identifier: Apache-2.0
"""Message to type and back, one file a family of messages, without logic of their own."""
