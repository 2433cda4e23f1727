from . import (
    stock_scan_code,
    stock_scan_code_mixin,
    stock_scan_resolver,
)
