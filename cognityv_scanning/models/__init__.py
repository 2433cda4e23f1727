from . import stock_scan_resolver
