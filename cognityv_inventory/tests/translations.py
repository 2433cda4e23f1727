import re
import sys
from pathlib import Path

import polib

from odoo.tools.translate import TranslationModuleReader

PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*[\d.]*[a-zA-Z]|%[sdf%]|</?\w+[^>]*>")
# The attributes of a tag that are text for people.
TRANSLATED_ATTRIBUTE = re.compile(r'\b(title|alt|placeholder|aria-label)="[^"]*"')
SCRIPT_TERM = re.compile(r'\b_t\(\s*"((?:[^"\\]|\\.)*)"')


def get_placeholders(text):
    """What a translation may neither lose nor change: placeholders, tags and the white space around the text."""
    edges = [text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]]
    return edges + sorted(PLACEHOLDER.findall(TRANSLATED_ATTRIBUTE.sub(r'\1=""', text)))


class TranslationChecks:
    """Every term of the add-on that a test stands in has its French. For a test class, before `TransactionCase`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.add_on = cls.__module__.split(".")[2]
        cls.folder = Path(sys.modules[cls.__module__].__file__).parents[1]
        cls.french = polib.pofile(str(cls.folder / "i18n/fr.po"))
        cls.template = polib.pofile(str(cls.folder / f"i18n/{cls.add_on}.pot"))

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
        reader = TranslationModuleReader(self.cr, [self.add_on])
        terms = [source for *_where, source, _translation, _comments in reader]
        self._assert_same_terms((entry.msgid for entry in self.template), terms)

    def test_template_has_the_terms_of_scripts(self):
        """Odoo passes over what stands behind a key called `class`, and says nothing of it."""
        scripts = [path.read_text() for path in (self.folder / "static/src").rglob("*.js")]
        terms = {term for script in scripts for term in SCRIPT_TERM.findall(script)}
        self.assertTrue(terms)
        self.assertFalse(terms - {entry.msgid for entry in self.template})
