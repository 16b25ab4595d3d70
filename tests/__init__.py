"""What the shop promises, tried."""

from pathlib import Path

import pytest

# Helpers that assert explain themselves as tests do.
for each in Path(__file__).parent.iterdir():
    pytest.register_assert_rewrite(f"{__name__}.{each.stem}")
