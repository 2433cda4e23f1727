import base64
import io
import zipfile
from unittest.mock import patch

from pyzbar.pyzbar import ZBarSymbol

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..tools.label import fonts
from ..tools.label.formats import FORMATS
from ..wizard import stock_scan_label_wizard as wizard_module
from .label_reader import cut_labels, print_zpl, read_codes, read_text, render_pdf
from .test_scan_link import GTIN, LinkCommon


@tagged("post_install", "-at_install")
class TestLabelWizard(LinkCommon):
    """What is printed, and how many of it."""

    def _wizard(self, records, **vals):
        action = records.action_print_scan_labels()
        wizard = records.env[action["res_model"]].browse(action["res_id"])
        wizard.write(vals)
        return wizard

    def _file(self, wizard):
        wizard.action_print()
        return base64.b64decode(wizard.file)

    def _codes(self, wizard):
        """What is read from the sheets that are printed."""
        pages = render_pdf(self._file(wizard), 300)
        return [read_text(picture) for picture in cut_labels(pages, wizard._get_format(), 300)]

    def _links(self, *records):
        return [self._link(record) for record in records]

    # Whose labels

    def test_every_model_has_it_in_its_print_menu(self):
        templates = self.bolt.product_tmpl_id
        for record in (*self.records, templates):
            with self.subTest(model=record._name):
                actions = self.env["ir.actions.actions"].with_user(self.counter)._get_bindings(record._name)
                [action] = [action for action in actions.get("report", []) if action["name"] == "QR Labels"]
                self.assertEqual(action["binding_view_types"], "list,kanban,form")
                context = {"active_model": record._name, "active_ids": record.ids, "active_id": record.id}
                opened = self.env["ir.actions.server"].browse(action["id"]).with_context(**context).run()
                self.assertEqual(opened["res_model"], "stock.scan.label.wizard")

    def test_each_kind_is_printed_by_who_may_read_it(self):
        for record, user in (
            (self.bolt, self.counter),
            (self.lot, self.counter),
            (self.package, self.counter),
            (self.rack_a1, self.counter),
            (self.sheet, self.counter),
            (self.order, self.worker),
        ):
            with self.subTest(model=record._name):
                wizard = self._wizard(record.with_user(user), sheet_subject="record")
                self.assertEqual(self._codes(wizard)[0], self._link(record))

    def test_who_may_not_read_a_record_prints_nothing_of_it(self):
        wizard = self.env["stock.scan.label.wizard"].with_user(self.outsider)
        wizard = wizard.create({"res_model": "sale.order", "res_ids": self.order.ids})
        with self.assertRaises(AccessError):
            wizard.action_print()

    def test_rubbish_by_rpc(self):
        wizards = self.env["stock.scan.label.wizard"].with_user(self.counter)
        for vals, message in (
            ({"res_model": "res.users", "res_ids": [1]}, "no labels of “res.users”"),
            ({"res_model": "product.product", "res_ids": ["x", None, {}]}, "nothing on what you selected"),
            ({"res_model": "product.product", "res_ids": {"x": 1}}, "nothing on what you selected"),
            ({"res_model": "product.product", "res_ids": 5}, "nothing on what you selected"),
            ({"res_model": "product.product", "res_ids": [10**30, True, -1]}, "nothing on what you selected"),
            ({"res_model": "product.product", "res_ids": [2**31 - 1]}, "nothing on what you selected"),
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, message):
                wizards.create(vals).action_print()

    def test_nothing_selected(self):
        with self.assertRaisesRegex(UserError, "Nothing is selected"):
            self.env["product.product"].action_print_scan_labels()

    def test_a_templates_variants(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": name}) for name in ("M6", "M8")]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Stud",
                "attribute_line_ids": [
                    Command.create({"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]})
                ],
            }
        )
        wizard = self._wizard(template)
        contents = wizard._get_contents(wizard._get_records())
        self.assertEqual([content.name for content in contents], ["Stud (M6)", "Stud (M8)"])

    def test_texts(self):
        box = self.env["stock.package.type"].create({"name": "Euro pallet"})
        self.pallet.package_type_id = box
        self.production.lot_producing_ids = self._make_lot(self.bolt, "B1") | self._make_lot(self.bolt, "B2")
        for record, texts in (
            (self.bolt, ("Bolt", "BOLT", "")),
            (self.lot, ("Glue", "GLUE", "Lot A/7#2")),
            (self.serial, ("Drill", "DRILL", "SN SN0042")),
            (self.package, ("PACK7", "", "")),
            (self.pallet, (self.pallet.name, "Euro pallet", "")),
            (self.rack_a1, ("A1", self.rack_a1.complete_name, "")),
            (self.order, (self.order.name, "Customer", "")),
            (self.production, (self.production.name, "[BOLT] Bolt", "B1, B2")),
            (self.sheet, (self.sheet.name, self.stock.complete_name, "")),
        ):
            with self.subTest(record=record.display_name):
                [content] = self.env["stock.scan.label"]._get_contents([record])
                self.assertEqual((content.name, content.code, content.tracking), texts)

    def test_a_product_without_reference_shows_its_barcode(self):
        product = self._make_product("Plain", barcode="4012345123456")
        [content] = self.env["stock.scan.label"]._get_contents([product])
        self.assertEqual(content.code, "4012345123456")

    def test_an_orders_goods(self):
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        self.order.order_line = [
            Command.create({"product_id": product.id}) for product in (self.bolt, service, self.nut, self.bolt)
        ]
        self.assertEqual(self._codes(self._wizard(self.order))[:2], [self._link(self.order), None])
        codes = self._codes(self._wizard(self.order, order_subject="items"))
        self.assertEqual(codes[:3], [*self._links(self.bolt, self.nut), None])

    def test_what_a_production_makes(self):
        wizard = self._wizard(self.production, order_subject="items")
        self.assertEqual(wizard._get_records(), [self.bolt])
        lots = self._make_lot(self.bolt, "B1") | self._make_lot(self.bolt, "B2")
        self.production.lot_producing_ids = lots
        self.assertEqual(wizard._get_records(), list(lots))

    def test_an_order_without_goods(self):
        with self.assertRaisesRegex(UserError, "nothing on what you selected"):
            self._wizard(self.order, order_subject="items").action_print()

    def test_a_sheets_places_items_and_itself(self):
        self._put(self.glue, 3, self.rack_a2, lot_id=self.lot)
        sheet = self._make_sheet(start=False)
        self.assertEqual(self._wizard(sheet)._get_records(), [self.rack_a1, self.rack_a2])
        items = self._wizard(sheet, sheet_subject="items")._get_records()
        self.assertCountEqual(items, [self.bolt, self.nut, self.lot])
        self.assertEqual(self._wizard(sheet, sheet_subject="record")._get_records(), [sheet])

    def test_all_places_of_a_sheet_without_lines(self):
        sheet = self._make_sheet(fill=False, start=False)
        self.assertEqual(set(self._wizard(sheet)._get_records()), {self.stock, self.rack_a1, self.rack_a2})
        sheet.include_sublocations = False
        self.assertEqual(self._wizard(sheet)._get_records(), [self.stock])

    # How many

    def test_copies_and_first_free_label(self):
        wizard = self._wizard(self.bolt | self.nut, sheet_format="a4_65", copies=3, start_position=64)
        self.assertEqual(wizard.summary, "Labels: 6, sheets: 2")
        bolt, nut = self._links(self.bolt, self.nut)
        self.assertEqual(self._codes(wizard), [None] * 63 + [bolt] * 2 + [bolt, nut, nut, nut] + [None] * 61)

    def test_a_sheet_that_is_full_is_one(self):
        wizard = self._wizard(self.bolt, sheet_format="a4_8", copies=8)
        self.assertEqual(wizard.summary, "Labels: 8, sheets: 1")
        self.assertEqual(len(render_pdf(self._file(wizard), 50)), 1)

    def test_a_label_of_a_roll_is_a_page(self):
        wizard = self._wizard(self.bolt | self.nut, output="roll", roll_format="roll_62x29", dpi="300", copies=2)
        self.assertEqual(wizard.summary, "Labels: 4")
        pages = render_pdf(self._file(wizard), 300)
        self.assertEqual({page.size for page in pages}, {(733, 343)})
        self.assertEqual([read_text(page) for page in pages], [self._link(self.bolt)] * 2 + [self._link(self.nut)] * 2)
        self.assertTrue(wizard.file_name.endswith(".pdf"))

    def test_as_many_as_are_on_hand(self):
        kilo = self._make_product("Sand", uom_id=self.env.ref("uom.product_uom_kgm").id)
        self._put(kilo, 12.5, self.rack_a1)
        self._put(self.glue, 2.2, self.rack_a1, lot_id=self.lot)
        self._put(self.drill, 1, self.rack_a1, lot_id=self.serial)
        gone = self._make_product("Gone")
        for records, copies in (
            (self.bolt | kilo | gone, [15, 1, 0]),
            (self.lot | self.serial, [3, 1]),
            (self.package, [1]),
            (self.rack_a1, [1]),
        ):
            wizard = self._wizard(records, copies_by="on_hand")
            self.assertEqual(wizard._get_copies(wizard._get_records()), copies)
        codes = self._codes(self._wizard(gone | self.bolt, copies_by="on_hand"))
        self.assertEqual(codes[:16], [self._link(self.bolt)] * 15 + [None])

    def test_of_a_sheet_what_is_on_hand_in_its_places(self):
        sheet = self._make_sheet(location_id=self.rack_a2.id, start=False)
        wizard = self._wizard(sheet, sheet_subject="items", copies_by="on_hand")
        self.assertEqual(wizard._get_copies(wizard._get_records()), [5])

    def test_a_blind_counter_learns_nothing_by_the_number_of_labels(self):
        sheet = self._make_sheet(blind=True, counter_ids=[Command.link(self.counter.id)])
        wizard = self._wizard(sheet.with_user(self.counter), sheet_subject="items", copies_by="on_hand")
        with self.assertRaisesRegex(UserError, "Nothing of what you selected is on hand"):
            wizard.action_print()
        self.assertEqual(wizard.label_count, 0)
        products = self.bolt | self.nut
        with self.assertRaisesRegex(UserError, "Nothing of what you selected is on hand"):
            self._wizard(products.with_user(self.counter), copies_by="on_hand").action_print()

    def test_impossible_numbers(self):
        for vals, message in (
            ({"copies": 0}, "0 labels cannot be printed"),
            ({"copies": -1}, "-1 labels cannot be printed"),
            ({"copies": 20001}, "20001 labels are too many"),
            ({"start_position": 0}, "no label number 0"),
            ({"start_position": 25}, "one of 1 to 24"),
        ):
            with self.subTest(vals=vals):
                wizard = self._wizard(self.bolt, **vals)
                with self.assertRaisesRegex(UserError, message):
                    wizard.action_print()
                self.assertIn(message, wizard.warning)
                self.assertFalse(wizard.preview)

    def test_too_many_records(self):
        with patch.object(wizard_module, "MOST_RECORDS", 2):
            self._wizard(self.bolt | self.nut).action_print()
            with self.assertRaisesRegex(UserError, "3 different records are too many"):
                self._wizard(self.bolt | self.nut | self.glue).action_print()

    # What is in the code

    def test_odoos_barcode_in_the_code(self):
        wizard = self._wizard(self.glue | self.bolt, content="odoo")
        self.assertEqual(wizard.warning, "Without a barcode that Odoo's own app could read, hence with the link: Bolt.")
        self.assertEqual(self._codes(wizard)[:2], [GTIN, self._link(self.bolt)])

    def test_a_barcode_that_scanners_garble_is_not_printed(self):
        self.bolt.barcode = "Ä1"
        self.assertEqual(self._codes(self._wizard(self.bolt, content="odoo"))[0], self._link(self.bolt))

    def test_odoos_barcode_beside_the_link(self):
        self.nut.barcode = "X" * 40
        wizard = self._wizard(self.glue | self.nut | self.bolt, with_bars=True)
        self.assertEqual(wizard.warning, "The Odoo barcode is too wide for these labels and left out: Nut.")
        [page] = render_pdf(self._file(wizard), 300)
        self.assertEqual(len(read_codes(page, ZBarSymbol.CODE128)), 1)
        wizard.sheet_format = "a4_65"
        self.assertFalse(wizard.has_room_for_bars)
        self.assertFalse(wizard.warning)
        [page] = render_pdf(self._file(wizard), 300)
        self.assertFalse(read_codes(page, ZBarSymbol.CODE128))

    def test_letters_that_no_font_shows(self):
        self.bolt.name = "螺丝 Bolt"
        with patch.object(fonts, "_find_font", lambda _letters, _bold: None):
            wizard = self._wizard(self.bolt)
            self.assertIn("No font on the server has the letters 螺丝", wizard.warning)
            self.assertEqual(self._codes(wizard)[0], self._link(self.bolt))

    def test_too_long_for_the_label(self):
        self.bolt.barcode = "X" * 1000
        wizard = self._wizard(self.bolt, content="odoo", sheet_format="a4_65")
        with self.assertRaisesRegex(UserError, r"“X{100}” is too long for the QR code of these labels"):
            wizard.action_print()
        wizard.sheet_format = "a4_8"
        self.assertEqual(self._codes(wizard)[0], "X" * 1000)

    # Files and dialog

    def test_zpl(self):
        wizard = self._wizard(self.bolt | self.nut, output="zpl", copies=4)
        labels = print_zpl(self._file(wizard).decode())
        self.assertEqual([label.copies for label in labels], [4, 4])
        self.assertEqual(wizard.file_name, "Labels 2.zpl")

    def test_png(self):
        wizard = self._wizard(self.bolt, output="png")
        self.assertTrue(self._file(wizard).startswith(b"\x89PNG"))
        self.assertEqual(wizard.file_name, "Labels Bolt.png")
        self.bolt.name = '../Bolt: 1/2" <x>'
        wizard = self._wizard(self.bolt | self.nut, output="png")
        with zipfile.ZipFile(io.BytesIO(self._file(wizard))) as archive:
            self.assertEqual(archive.namelist(), ["0001 .. Bolt 1 2 x.png", "0002 Nut.png"])

    def test_the_dialog_shows_what_will_be_printed(self):
        with Form(self._wizard(self.bolt | self.nut)) as form:
            self.assertEqual(form.summary, "Labels: 2, sheets: 1")
            self.assertIn("data:image/png;base64,", form.preview)
            before = form.preview
            form.output = "roll"
            self.assertNotEqual(form.preview, before)
            form.copies = 5
            self.assertEqual(form.summary, "Labels: 10")

    def test_the_last_choice_is_offered_again(self):
        worker = self.bolt.with_user(self.worker)
        self._wizard(worker, output="zpl", roll_format="roll_100x50", dpi="300", copies=9).action_print()
        wizard = self._wizard(worker)
        self.assertEqual((wizard.output, wizard.roll_format, wizard.dpi), ("zpl", "roll_100x50", "300"))
        self.assertEqual(wizard.copies, 1)
        self.assertEqual(self._wizard(self.bolt).output, "sheet", "of that person only")

    def test_every_size_has_a_name(self):
        wizard = self._wizard(self.bolt)
        names = dict(wizard._select_sheet_formats()) | dict(wizard._select_roll_formats())
        self.assertEqual(set(names), set(FORMATS))
        self.assertEqual(names["a4_65"], "65 a sheet, 38.1 × 21.2 mm")
        self.assertEqual(names["roll_100x50"], "100 × 50 mm")
