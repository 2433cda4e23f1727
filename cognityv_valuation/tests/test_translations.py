from odoo.tests import TransactionCase, tagged

from odoo.addons.cognityv_inventory.tests.translations import TranslationChecks


@tagged("post_install", "-at_install")
class TestTranslations(TranslationChecks, TransactionCase):
    """Every term of the add-on has its French."""
