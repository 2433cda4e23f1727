from . import (
    test_hoot,
    test_push_endpoint,
    test_resolver,
    test_scan_code,
    test_scan_link,
    test_session_push,
)
