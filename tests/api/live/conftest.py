"""The toys, and the shop, behind a real server."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from tests.api.serving import served


@pytest.fixture
async def port(toy_app: FastAPI) -> AsyncIterator[int]:
    """Where the toys are served."""
    async with served(toy_app) as serving:
        yield serving.port


@pytest.fixture
async def shop_port(app: FastAPI) -> AsyncIterator[int]:
    """Where the shop is served."""
    async with served(app) as serving:
        yield serving.port
