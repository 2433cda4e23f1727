import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

MODULE = "cognityv_inventory"
I18N = Path(__file__).parents[1] / "i18n"
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-zA-Z]|%[sdf%]|</?\w+[^>]*>")
# The attributes of a tag that are text for people.
TRANSLATED_ATTRIBUTE = re.compile(r'\b(title|alt|placeholder|aria-label)="[^"]*"')


def get_placeholders(text):
    """What a translation may neither lose nor change: placeholders, tags and the white space around the text."""
    edges = [text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]]
    return edges + sorted(PLACEHOLDER.findall(TRANSLATED_ATTRIBUTE.sub(r'\1=""', text)))


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """Every term of the add-on has its French."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.french = polib.pofile(str(I18N / "fr.po"))
        cls.template = polib.pofile(str(I18N / f"{MODULE}.pot"))

    def _assert_same_terms(self, actual, expected):
        """
        :param actual: the terms of a file
        :param expected: the terms that it should have
        """
        actual, expected = set(actual), set(expected)
        self.assertFalse(
            actual ^ expected, f"missing: {sorted(expected - actual)}; left over: {sorted(actual - expected)}"
        )

    def test_french_is_complete(self):
        unfinished = [entry.msgid for entry in self.french if not entry.translated()]
        self.assertFalse(unfinished, "empty, fuzzy or obsolete")

    def test_french_keeps_placeholders_and_tags(self):
        for entry in self.french:
            with self.subTest(entry.msgid):
                self.assertEqual(get_placeholders(entry.msgstr), get_placeholders(entry.msgid))

    def test_french_has_the_terms_of_the_template(self):
        self._assert_same_terms((entry.msgid for entry in self.french), (entry.msgid for entry in self.template))

    def test_template_is_up_to_date(self):
        terms = [source for *_where, source, _translation, _comments in TranslationModuleReader(self.cr, [MODULE])]
        self._assert_same_terms((entry.msgid for entry in self.template), terms)

    def test_count_file_has_different_headers_in_french(self):
        """A header of a count file that is read back stands for one column, in each language that is installed."""
        self.env["res.lang"]._activate_lang("fr_FR")
        sheet = self.env["stock.inventory.sheet"]
        columns = {}
        for lang in ("en_US", "fr_FR"):
            for key, label in sheet.with_context(lang=lang)._get_column_labels().items():
                self.assertEqual(columns.setdefault(label.casefold(), key), key, label)
        self.assertEqual(columns["quantité réelle"], "real_qty")
