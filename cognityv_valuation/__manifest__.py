{
    "name": "Cognityv Valuation",
    "summary": "What the gap is worth: values and accounting of inventory sheets, stock take-over with costs",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "Cognityv",
    "license": "LGPL-3",
    "depends": ["cognityv_inventory", "stock_account"],
    "data": [
        "security/cognityv_valuation_security.xml",
        "security/stock_location_cost_security.xml",
        "security/ir.model.access.csv",
        "data/stock_location_cost_data.xml",
        "views/res_config_settings_views.xml",
        "views/stock_location_cost_views.xml",
    ],
    "post_init_hook": "post_init_hook",
}
