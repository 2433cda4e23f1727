from . import stock_scan_label_wizard
