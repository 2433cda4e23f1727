from . import phone_clock, scan_event
