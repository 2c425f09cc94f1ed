"""The words of the hub as frozen values. No I/O, no clock, no library but the standard one."""
