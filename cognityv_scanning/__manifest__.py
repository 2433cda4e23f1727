{
    "name": "Cognityv Scanning",
    "summary": "QR labels and a phone app: log sales and production, verify what is in a place, also without network",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Inventory",
    "author": "Cognityv",
    "license": "LGPL-3",
    "depends": ["cognityv_inventory", "barcodes_gs1_nomenclature", "sale_stock", "mrp"],
    "external_dependencies": {"python": ["biip", "pyzbar", "qrcode"]},
    "data": [
        "security/ir.model.access.csv",
        "security/cognityv_scanning_security.xml",
        "views/res_config_settings_views.xml",
        "views/asset_manager_views.xml",
        "wizard/stock_scan_label_wizard_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "cognityv_scanning/static/src/**/*",
        ],
        "web.assets_tests": [
            "cognityv_scanning/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "cognityv_scanning/static/tests/**/*_test_helpers.js",
            "cognityv_scanning/static/tests/**/*.test.js",
        ],
    },
}
