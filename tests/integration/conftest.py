"""Which stories are told on PostgreSQL at every `make test`: the three that drive all of the store between them."""

import pytest

EVERY_TIME = ("test_poll", "test_publish", "test_relay")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the other stories' second telling, on PostgreSQL, to `make slow`."""
    for item in items:
        told = item.path.parent.name == "integration" and item.get_closest_marker("postgres")
        if told and item.path.stem not in EVERY_TIME:
            item.add_marker("slow")
