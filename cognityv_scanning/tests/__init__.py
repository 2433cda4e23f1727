from . import (
    test_resolver,
    test_scan_code,
    test_scan_link,
)
