"""Fixtures that every test may ask for."""

pytest_plugins = [
    "tests.fix_postgres",
    "tests.fix_timescale",
    "tests.fix_hub",
    "tests.fix_mqtt",
    "tests.fix_api",
    "tests.fix_proxy",
]
