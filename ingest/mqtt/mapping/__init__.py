"""Foreign dialects of devices, by configuration: topics and payloads to observations. See ``docs/devices.md``."""
