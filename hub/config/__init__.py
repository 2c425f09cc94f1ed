"""The settings of a hub: ``hub.yaml`` as frozen values, checked as a whole before anything starts."""

from hub.config.access import BrokerAccess, broker_access, store_access
from hub.config.areas import load_areas
from hub.config.settings import CameraSettings, Config, DeviceSettings, load

__all__ = [
    "BrokerAccess",
    "CameraSettings",
    "Config",
    "DeviceSettings",
    "broker_access",
    "load",
    "load_areas",
    "store_access",
]
