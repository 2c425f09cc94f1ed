"""Foreign dialects of devices, mapped by configuration: topics and payloads to observations. See ``docs/devices.md``."""
