# ruff: noqa: I001
from . import (
    ir_websocket,
    res_config_settings,
    stock_scan_code,
    stock_scan_code_mixin,
    stock_scan_document,
    stock_scan_event,
    stock_scan_link,
    stock_scan_resolver,
    stock_scan_session,
    stock_scan_session_document,
    stock_scan_session_home,
    stock_scan_session_line,
    stock_scan_session_payload,
    stock_scan_session_push,
    stock_scan_session_submit,
    stock_scan_start,
    stock_scan_verification,
    stock_scan_verification_count,
    stock_scan_verification_submit,
)

# The documents, which build on what is above.
from . import (
    stock_quant,
    stock_move_line,
    stock_move,
    stock_move_consumption,
    stock_move_delivery,
    stock_picking,
    stock_scan_document_log,
    mrp_production,
    mrp_production_consumption,
    mrp_consumption_warning,
    sale_order,
    stock_scan_session_orders,
)
