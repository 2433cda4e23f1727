from . import stock_inventory_complete, stock_inventory_import
