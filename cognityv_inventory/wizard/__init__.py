from . import (
    stock_correction_batch,
    stock_correction_conflict,
    stock_inventory_accept,
    stock_inventory_changed,
    stock_inventory_complete,
    stock_inventory_import,
    stock_inventory_release_wizard,
    stock_inventory_remaining,
)
