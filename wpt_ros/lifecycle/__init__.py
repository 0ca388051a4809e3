# SPDX-License-Identifier: Apache-2.0
"""What every node is: managed, guarded, in good or ill health."""
