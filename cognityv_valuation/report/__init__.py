# In the order in which models build on each other.
# ruff: noqa: I001
from . import stock_value_report
from . import stock_inventory_gap_report
from . import stock_sale_cost_report
from . import stock_production_cost_report
from . import stock_valuation_snapshot
from . import stock_valuation_report
from . import stock_value_dashboard
