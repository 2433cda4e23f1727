{
    "name": "Cognityv Inventory",
    "summary": "Inventory sheets: the document of a physical inventory, with stock that stands still while it is counted",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "Cognityv",
    "license": "LGPL-3",
    "depends": ["stock"],
    "external_dependencies": {"python": ["openpyxl", "qrcode", "xlsxwriter"]},
    "data": [
        "security/cognityv_inventory_security.xml",
        "security/ir.model.access.csv",
        "data/cognityv_inventory_data.xml",
        "report/stock_inventory_sheet_report.xml",
        "report/stock_inventory_sheet_templates.xml",
        "wizard/stock_inventory_complete_views.xml",
        "wizard/stock_inventory_import_views.xml",
        "views/stock_inventory_count_views.xml",
        "views/stock_inventory_sheet_line_views.xml",
        "views/stock_inventory_sheet_views.xml",
        "views/product_accounting_family_views.xml",
        "views/product_template_views.xml",
        "views/stock_location_views.xml",
        "views/stock_move_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "cognityv_inventory/static/src/**/*",
        ],
        "web.assets_tests": [
            "cognityv_inventory/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "cognityv_inventory/static/tests/**/*.test.js",
        ],
    },
}
