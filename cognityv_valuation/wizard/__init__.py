from . import stock_inventory_cost_import, stock_inventory_unpriced
