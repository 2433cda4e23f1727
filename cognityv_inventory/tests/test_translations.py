from odoo.tests import TransactionCase, tagged

from .translations import TranslationChecks


@tagged("post_install", "-at_install")
class TestTranslations(TranslationChecks, TransactionCase):
    """Every term of the add-on has its French."""

    def test_count_file_has_different_headers_in_french(self):
        """A header of a count file that is read back stands for one column, in each language that is installed."""
        self.env["res.lang"]._activate_lang("fr_FR")
        sheet = self.env["stock.inventory.sheet"]
        columns = {}
        for lang in ("en_US", "fr_FR"):
            for key, label in sheet.with_context(lang=lang)._get_column_labels().items():
                self.assertEqual(columns.setdefault(label.casefold(), key), key, label)
        self.assertEqual(columns["quantité réelle"], "real_qty")
