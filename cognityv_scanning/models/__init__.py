from . import (
    res_config_settings,
    stock_scan_code,
    stock_scan_code_mixin,
    stock_scan_link,
    stock_scan_resolver,
)
