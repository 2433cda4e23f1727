# In the order in which models build on each other.
# ruff: noqa: I001
from . import res_company
from . import res_config_settings
