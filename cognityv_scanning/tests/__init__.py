from . import (
    test_code_keys,
    test_code_parser,
    test_hoot,
    test_production_consumption,
    test_push_endpoint,
    test_resolver,
    test_sale_logging,
    test_scan_code,
    test_scan_link,
    test_service_worker,
    test_session_push,
    test_verification,
)
