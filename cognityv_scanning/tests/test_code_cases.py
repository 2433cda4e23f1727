import json
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools.scan_code import parse

CASES = Path(__file__).parent.parent / "static/tests/code_cases_test_helpers.js"


@tagged("post_install", "-at_install")
class TestCodeCases(BaseCase):
    """The phone without network and the server read the same in a code: the cases of code_lookup.test.js."""

    def _read_cases(self):
        _comment, json_text = CASES.read_text(encoding="utf-8").split(" = ", 1)
        return json.loads(json_text.strip().removesuffix(";"))

    def test_server_reads_as_the_phone(self):
        cases = self._read_cases()
        self.assertGreater(len(cases), 40)
        for case in cases:
            with self.subTest(text=case["text"]):
                expected = {"text": case["text"], **case["says"]}
                self.assertEqual(self._read(case["text"]), expected)

    def _read(self, text):
        code = parse(text)
        said = {
            "text": code.text,
            "gtin": code.gtin or code.content_gtin,
            "lot": code.lot,
            "serial": code.serial,
            "count": code.count,
            "contentCount": code.content_count,
            "shortCode": code.short_code,
        }
        return {name: value for name, value in said.items() if name == "text" or value not in ("", None)}
