# In the order in which models build on each other.
# ruff: noqa: I001
from . import product_accounting_family
from . import product_template
from . import res_company
from . import stock_inventory_sheet
from . import stock_inventory_sheet_line
from . import stock_inventory_count
from . import stock_inventory_sheet_fill
from . import stock_inventory_sheet_complete
from . import stock_inventory_sheet_block
from . import stock_inventory_sheet_stock
from . import stock_inventory_sheet_file
from . import stock_location
from . import stock_move
from . import stock_move_line
from . import stock_quant
