# In the order in which models build on each other.
# ruff: noqa: I001
from . import res_company
from . import res_config_settings
from . import stock_location_cost
from . import stock_location_cost_history
from . import stock_location_cost_facts
from . import stock_location_cost_posting
from . import stock_location_cost_rebuild
from . import stock_move_location_cost
from . import product_location_cost
from . import stock_inventory_price
from . import stock_adjustment_value
from . import stock_inventory_sheet_line_value
from . import stock_inventory_sheet_value
from . import stock_inventory_sheet_fifo
from . import stock_correction_value
from . import stock_inventory_value_limit
