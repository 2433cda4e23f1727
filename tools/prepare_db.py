# Runs in `odoo shell`. What a database needs once its modules are installed, so that the first page and the first
# browser test do not wait for it.
from odoo.tools.misc import file_path

# Debian's package leaves this file out, though mail's manifest lists it; its absence is an error in every page.
ABSENT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
BUNDLES = [
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_tests",
    "web.report_assets_common",
    "web.report_assets_pdf",
    "web.assets_unit_tests_setup",
    "web.assets_unit_tests_setup_ui",
    "web.assets_unit_tests",
]

try:
    file_path(ABSENT)
except FileNotFoundError:
    if not env["ir.asset"].search_count([("path", "=", ABSENT)]):
        env["ir.asset"].create(
            {
                "name": "file absent from Debian's package",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": ABSENT,
                "sequence": 99,
            }
        )
# Odoo sleeps for a second before each PDF by default.
env["ir.config_parameter"].set_param("report.print_delay", "100")
for name in BUNDLES:
    bundle = env["ir.qweb"]._get_asset_bundle(name, css=True, js=True)
    bundle.js()
    bundle.css()
env.cr.commit()
