import csv
import io
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import InventoryCommon

# What the system has of `bolt` in A1. It is no other number of these tests, so that it can be looked for in any answer.
SECRET = 7531.0
FOUND = 42.0
HIDDEN = ("current_qty", "counted_on_hand", "gap_qty")
# Worked out from those, and so not searched by.
DERIVED = ("moved_qty", "moved_in_qty", "moved_out_qty")
LINE = "stock.inventory.sheet.line"


class BlindCommon(InventoryCommon):
    """A blind sheet on A1, whose counter also counts an ordinary sheet on A2; a counter of A2 alone; stock users."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._put(cls.bolt, SECRET - 10, cls.rack_a1)
        cls.free_counter = cls._make_user("free_counter", "cognityv_inventory.group_counter")
        cls.stock_counter = cls._make_user(
            "stock_counter", "cognityv_inventory.group_counter,stock.group_stock_user,base.group_allow_export"
        )
        for user in (cls.counter, cls.manager):
            user.group_ids += cls.env.ref("base.group_allow_export")
        blind = cls.counter | cls.stock_counter
        cls.sheet = cls._make_sheet(location_id=cls.rack_a1.id, blind=True, counter_ids=[Command.set(blind.ids)])
        cls.open_sheet = cls._make_sheet(
            location_id=cls.rack_a2.id, counter_ids=[Command.set((blind | cls.free_counter).ids)]
        )
        cls.line = cls._first_line(cls.sheet)
        cls.open_line = cls._first_line(cls.open_sheet)
        cls.line.with_user(cls.counter).real_qty = FOUND
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _first_line(cls, sheet):
        return sheet.line_ids.filtered(lambda line: line.product_id == cls.bolt)

    def _as(self, user, records):
        """The records as a request of this user would have them: nothing is in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(user).with_context(allowed_company_ids=self.company.ids)

    def _ask(self, user, records, attack):
        return attack(self._as(user, records))

    def _check_masked(self, records, attack, users=None):
        """The answer holds the secret for the manager and not for those who count blind, and they get one."""
        answer = str(self._ask(self.manager, records, attack))
        self.assertIn(str(int(SECRET)), answer, "the attack finds nothing to steal")
        for user in users or (self.counter, self.stock_counter):
            with self.subTest(user=user.login):
                answer = str(self._ask(user, records, attack))
                for secret in (SECRET, FOUND - SECRET):
                    self.assertNotIn(str(int(secret)), answer)

    def _check_refused(self, records, attack, users=None):
        """The manager and a counter who counts nothing blind get an answer, those who count blind a refusal."""
        for user in (self.manager, self.free_counter):
            self._ask(user, records, attack)
        for user in users or (self.counter, self.stock_counter):
            with self.subTest(user=user.login), self.assertRaisesRegex(AccessError, "blind"):
                self._ask(user, records, attack)


@tagged("post_install", "-at_install")
class TestBlindSheet(BlindCommon):
    """Issue 3 D, Blind (invariant 5): the add-on's own records."""

    def test_read(self):
        for names in ([*HIDDEN, *DERIVED], *([name] for name in HIDDEN[:2])):
            self._check_masked(self.line, lambda line, names=names: line.read(names))
        self._check_masked(self.line, lambda line: line.read())

    def test_what_is_hidden_is_empty_not_zero(self):
        hidden = [*HIDDEN, *DERIVED]
        [values] = self._ask(self.counter, self.line, lambda line: line.read([*hidden, "real_qty"]))
        for name in hidden:
            self.assertIs(values[name], False, name)
        self.assertEqual(values["real_qty"], FOUND)

    def test_what_a_count_was_compared_with(self):
        count = self.line.count_ids
        names = ["on_hand_qty", "line_id/current_qty"]
        self._check_masked(count, lambda count: count.read(["on_hand_qty"]), users=[self.counter])
        self._check_masked(count, lambda count: count.export_data(names), users=[self.counter])
        counts = count.browse()
        self._check_refused(counts, lambda counts: counts.search([("on_hand_qty", ">", 100)]))
        self._check_refused(counts, lambda counts: counts.search([], order="on_hand_qty"))
        self._check_refused(counts, lambda counts: counts.formatted_read_group([], [], ["on_hand_qty:max"]))
        self._check_refused(self.env[LINE], lambda lines: lines.search([("count_ids.on_hand_qty", ">", 100)]))

    def test_what_moved_since(self):
        """Not worked out from figures that are hidden, for whoever asks next."""
        line = self._as(self.counter, self.line)
        self.env.cr.execute("UPDATE stock_inventory_sheet_line SET counted_on_hand = 31 WHERE id = %s", [line.id])
        line = self._as(self.counter, self.line)
        self.assertEqual(line.moved_qty, 0)
        self.assertEqual(line.sudo().moved_qty, SECRET - 31)
        self.assertEqual(line.moved_qty, 0)

    def test_lists_and_forms(self):
        spec = {"current_qty": {}, "gap_qty": {}, "product_id": {"fields": {"display_name": {}}}}
        self._check_masked(self.line, lambda line: line.web_read(spec))
        self._check_masked(self.line, lambda line: line.web_search_read([("id", "=", line.id)], spec))
        self._check_masked(self.line, lambda line: line.search_read([("id", "=", line.id)], list(HIDDEN)))
        self._check_masked(self.sheet, lambda sheet: sheet.web_read({"line_ids": {"fields": spec}}))
        counts = self.line.count_ids
        # What others counted on a blind sheet is not theirs to see at all.
        own = [self.counter]
        self._check_masked(counts, lambda count: count.web_read({"line_id": {"fields": spec}}), users=own)
        for user in (self.counter, self.stock_counter):
            empty = self._ask(user, self.line, lambda line: line.web_search_read([("id", "=", 0)], spec))
            self.assertEqual(empty["records"], [])

    def test_the_forms_that_are_served_work(self):
        """The arch of the form, and a read of all that it shows."""
        for model, record in (("stock.inventory.sheet", self.sheet), (LINE, self.line)):
            views = self._as(self.counter, self.env[model]).get_views([(False, "form"), (False, "list")])
            for kind in ("form", "list"):
                arch = etree.fromstring(views["views"][kind]["arch"])
                names = [node.get("name") for node in arch.xpath("//field[not(ancestor::field)]")]
                self._check_masked_or_absent(record, names)

    def _check_masked_or_absent(self, record, names):
        for user in (self.counter, self.stock_counter):
            values = self._ask(user, record, lambda record: record.web_read({name: {} for name in names}))
            self.assertNotIn(str(SECRET), str(values))

    def test_export(self):
        self._check_masked(self.line, lambda line: line.export_data(["product_id/name", *HIDDEN]))
        self._check_masked(self.sheet, lambda sheet: sheet.export_data(["name", "line_ids/current_qty"]))

    def test_searching_is_refused(self):
        for name in HIDDEN:
            for domain in (
                [(name, ">", 100)],
                ["|", (name, "=", SECRET), ("id", "=", 0)],
                ["!", (name, "in", [SECRET, 1])],
                [("sheet_id.line_ids." + name, ">", 100)],
                [("sheet_id", "any", [("line_ids", "any", [(name, "<", 100)])])],
            ):
                with self.subTest(domain=domain):
                    self._check_refused(self.env[LINE], lambda lines, domain=domain: lines.search(domain))
                    self._check_refused(self.env[LINE], lambda lines, domain=domain: lines.search_count(domain))
            attack = [(name, ">", 100)]
            self._check_refused(self.env[LINE], lambda lines, domain=attack: lines.name_search("", domain))
            self._check_refused(
                self.env[LINE], lambda lines, domain=attack: lines.web_search_read(domain, {"product_id": {}})
            )

    def test_searching_from_other_models_is_refused(self):
        for name in HIDDEN:
            self._check_refused(
                self.env["stock.inventory.sheet"], lambda s, name=name: s.search([("line_ids." + name, ">", 0)])
            )
            self._check_refused(
                self.env["stock.inventory.sheet"],
                lambda s, name=name: s.search([("line_ids", "any", [(name, ">", 0)])]),
            )
            self._check_refused(
                self.env["stock.inventory.count"], lambda c, name=name: c.search([("line_id." + name, ">", 0)])
            )
            self._check_refused(
                self.env["stock.location"],
                lambda places, name=name: places.search([("last_inventory_sheet_id.line_ids." + name, ">", 0)]),
            )

    def test_a_search_for_what_is_not_hidden_goes_on(self):
        lines = self._as(self.counter, self.env[LINE])
        self.assertEqual(lines.search([("real_qty", "=", FOUND)]), self.line)
        self.assertIn(self.line, lines.search([("sheet_id", "=", self.sheet.id)], order="real_qty desc"))

    def test_sorting_is_refused(self):
        for name in HIDDEN:
            self._check_refused(self.env[LINE], lambda lines, name=name: lines.search([], order=name))
            spec = {"line_ids": {"fields": {"product_id": {}}, "order": f"{name} desc"}}
            self._check_refused(
                self.open_sheet, lambda sheet, spec=spec: sheet.web_read(spec), users=(self.counter, self.stock_counter)
            )

    def test_grouping_and_adding_up_is_refused(self):
        for name in HIDDEN:
            for aggregate in ("sum", "avg", "max", "min", "array_agg", "count_distinct"):
                spec = [f"{name}:{aggregate}"]
                self._check_refused(
                    self.env[LINE], lambda lines, spec=spec: lines.formatted_read_group([], ["product_id"], spec)
                )
            spec = f"{name}:sum"
            for attack in (
                lambda lines, name=name: lines.formatted_read_group([], [name], ["__count"]),
                lambda lines, spec=spec: lines.formatted_read_group([], ["product_id"], having=[(spec, ">", 100)]),
                lambda lines, spec=spec: lines.formatted_read_group([], ["product_id"], order=spec),
                lambda lines, spec=spec: lines.formatted_read_grouping_sets([], [["product_id"], []], [spec]),
                lambda lines, spec=spec: lines.web_read_group([], ["product_id"], [spec]),
                lambda lines, name=name: lines.read_group([], [name], ["product_id"]),
                lambda lines, name=name: lines.formatted_read_group([(name, ">", 5)], ["product_id"]),
            ):
                self._check_refused(self.env[LINE], attack)
        self._check_refused(
            self.env["stock.inventory.count"],
            lambda counts: counts.formatted_read_group([], ["line_id.current_qty"], ["__count"]),
        )

    def test_a_list_that_opens_its_groups(self):
        spec = {"current_qty": {}, "gap_qty": {}}
        self._check_masked(
            self.env[LINE],
            lambda lines: lines.web_read_group([], ["product_id"], auto_unfold=True, unfold_read_specification=spec),
        )

    def test_onchange(self):
        spec = {"current_qty": {}, "gap_qty": {}, "product_id": {}, "location_id": {}}
        for sheet in (self.sheet, self.open_sheet, self.env["stock.inventory.sheet"]):
            values = {"sheet_id": sheet.id, "product_id": self.bolt.id, "location_id": self.rack_a1.id}
            for changed in ([], ["product_id"], ["location_id"]):
                self._check_masked(
                    self.env[LINE],
                    lambda lines, values=values, changed=changed: lines.onchange(dict(values), changed, spec),
                )
            context = {f"default_{name}": value for name, value in values.items()}
            self._check_masked(
                self.env[LINE], lambda lines, context=context: lines.with_context(**context).onchange({}, [], spec)
            )

    def test_the_number_of_gaps(self):
        self._as(self.manager, self.line.browse())
        self.assertEqual(self._as(self.manager, self.sheet).gap_line_count, 1)
        for user in (self.counter, self.stock_counter):
            self.assertEqual(self._as(user, self.sheet).gap_line_count, 0)
            self.assertEqual(self._as(user, self.sheet).counted_line_count, 1)
        self.open_line.real_qty = FOUND
        self.assertEqual(self._as(self.counter, self.open_sheet).gap_line_count, 1)

    def test_where_a_serial_number_is(self):
        """Where the system has a serial number is what it has there."""
        lot = self._make_lot(self.drill, "SN1")
        self._put(self.drill, 1, self.rack_a2, lot_id=lot)
        lines = self._as(self.counter, self.env[LINE])
        line = lines.create({"sheet_id": self.sheet.id, "product_id": self.drill.id, "lot_id": lot.id, "real_qty": 1})
        self.assertIn("A2", self._as(self.manager, line).serial_elsewhere)
        self.assertTrue(self._as(self.manager, self.sheet).has_serials_elsewhere)
        for user in (self.counter, self.stock_counter):
            self.assertFalse(self._as(user, line).serial_elsewhere)
            self.assertFalse(self._as(user, self.sheet).has_serials_elsewhere)

    def test_another_sheet_on_the_same_place(self):
        """What a counter counts blind is hidden on the sheets that are not blind too."""
        other = self._make_sheet(
            location_id=self.rack_a1.id, start=False, counter_ids=[Command.set((self.counter | self.free_counter).ids)]
        )
        line = self._first_line(other)
        self._check_masked(line, lambda line: line.read(["current_qty"]), users=[self.counter])
        self._check_masked(other, lambda sheet: [sheet.export_csv()], users=[self.counter])
        self.assertEqual(self._as(self.free_counter, line).current_qty, SECRET)
        self.sheet.action_cancel()
        self.assertEqual(self._as(self.counter, line).current_qty, SECRET)

    def test_files_and_paper(self):
        report = self.env["ir.actions.report"]
        name = "cognityv_inventory.report_inventory_sheet"
        for user in (self.counter, self.stock_counter, self.manager):
            sheet = self._as(user, self.sheet)
            html, _kind = self._as(user, report)._render_qweb_html(name, sheet.ids)
            self.assertIn(b"Bolt", html)
            self.assertNotIn(b"7531", html)
            self.assertNotIn("7531", sheet.export_csv().decode())
            rows = list(csv.reader(io.StringIO(sheet.export_csv().decode("utf-8-sig"))))
            self.assertIn("Real quantity", rows[0])
            self.assertNotIn("Current quantity", rows[0])
        self.sheet.blind = False
        html, _kind = self._as(self.manager, report)._render_qweb_html(name, self.sheet.ids)
        self.assertIn(b"7531", html.replace(b",", b""))
        self.assertIn("7531", self.sheet.export_csv().decode())

    def test_chatter_bus_and_activities(self):
        """Nothing that is written about a blind sheet, to whomever, names a quantity of the system."""
        sent = []
        self.patch(self.registry["bus.bus"], "_sendone", lambda _self, *args: sent.append(args))
        line = self._as(self.counter, self.line)
        line.real_qty = FOUND + 1
        self._as(self.counter, self.sheet).action_complete(keep_uncounted=True)
        self.sheet.action_reopen()
        self.env.flush_all()
        self.env["mail.message"].flush_model()
        messages = self.sheet.message_ids
        self.assertTrue(messages)
        tracked = messages.sudo().tracking_value_ids.mapped("field_id.name")
        self.assertFalse({*HIDDEN, "moved_qty", "on_hand_qty"} & set(tracked))
        written = [
            *messages.mapped("body"),
            *self.sheet.activity_ids.mapped(lambda activity: f"{activity.summary} {activity.note}"),
            *(str(args) for args in sent),
        ]
        self.assertTrue(written)
        for text in written:
            self.assertNotIn("7531", str(text))

    def test_the_refusal_is_one_sentence_that_tells_nothing(self):
        with self.assertRaises(AccessError) as caught:
            self._as(self.counter, self.env[LINE]).search([("gap_qty", "!=", 0)])
        message = str(caught.exception)
        self.assertIn(self.sheet.name, message)
        self.assertNotIn("7531", message)
        self.assertEqual(message.count("."), 1)

    def test_who_sees(self):
        """The manager, the counter of a sheet that is not blind, and a counter of both on the one that is not."""
        self.assertEqual(self._as(self.manager, self.line).current_qty, SECRET)
        self.assertEqual(self._as(self.manager, self.line).gap_qty, FOUND - SECRET)
        self.assertEqual(self._as(self.manager, self.env[LINE]).search([("current_qty", "=", SECRET)]), self.line)
        for user in (self.free_counter, self.counter):
            self.assertEqual(self._as(user, self.open_line).current_qty, 5)
            [values] = self._as(user, self.open_line).read(["current_qty"])
            self.assertEqual(values["current_qty"], 5)
        free = self._as(self.free_counter, self.env[LINE])
        self.assertEqual(free.search([("current_qty", "=", 5)]), self.open_line)
        [group] = free.formatted_read_group([], [], ["current_qty:sum"])
        self.assertEqual(group["current_qty:sum"], 5)

    def test_seen_once_settled(self):
        self._count_all_as_expected(self.sheet)
        self.sheet.action_complete()
        self.assertEqual(self._as(self.counter, self.line).current_qty, 0)
        self.sheet.action_validate()
        self.assertEqual(self._as(self.counter, self.line).current_qty, SECRET)
        self.assertEqual(self._as(self.counter, self.line).gap_qty, FOUND - SECRET)
        self.assertEqual(self._as(self.counter, self.env[LINE]).search([("current_qty", "=", SECRET)]), self.line)

    def test_hidden_from_the_draft_on(self):
        """From the moment a counter is named; a sheet that is made blind later hides from then on."""
        sheet = self._make_sheet(
            fill=True, start=False, location_id=self.rack_a2.id, counter_ids=[Command.set(self.free_counter.ids)]
        )
        line = self._first_line(sheet)
        self.assertEqual(self._as(self.free_counter, line).current_qty, 5)
        sheet.blind = True
        self.assertEqual(self._as(self.free_counter, line).current_qty, 0)
        sheet.counter_ids -= self.free_counter
        self.assertFalse(self.free_counter._get_blind_sheets())

    def test_the_counter_works_on(self):
        """Counting, adding what was found, completing; the gaps are right although their counter cannot see them."""
        sheet = self._as(self.counter, self.sheet)
        found = self._as(self.counter, self.env[LINE]).create(
            {"sheet_id": sheet.id, "product_id": self.nut.id, "location_id": self.rack_a1.id, "lot_name": False}
            if not sheet.line_ids.filtered(lambda line: line.product_id == self.nut)
            else {"sheet_id": sheet.id, "product_id": self.glue.id, "lot_name": "G1", "real_qty": 3}
        )
        self.assertEqual(found.gap_qty, 0)
        for line in sheet.line_ids - found:
            line.real_qty = 1
        sheet.action_complete()
        self.env.invalidate_all()
        self.assertEqual(self.line.gap_qty, 1 - SECRET)
        self.assertEqual(found.sudo().gap_qty, 3)
        self.sheet.with_user(self.manager).action_validate()
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), 1)

    def test_superuser_code_sees_everything(self):
        line = self._as(self.counter, self.line)
        self.assertEqual(line.current_qty, 0)
        self.assertEqual(line.sudo().current_qty, SECRET)
        self.assertIn(self.line, line.sudo().search([("current_qty", "=", SECRET)]))
        self.assertEqual(line.current_qty, 0, "the true value is in the cache now, and still hidden")


@tagged("post_install", "-at_install")
class TestBlindStock(BlindCommon):
    """Issue 3 D, Blind (invariant 5): what Odoo itself tells of the places."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = cls._make_user("plain_stock_user", "stock.group_stock_user")
        cls.lot = cls._make_lot(cls.glue, "LOT")
        cls.package = cls.env["stock.package"].create({"name": "PACK"})
        cls._put(cls.glue, SECRET, cls.rack_a1, lot_id=cls.lot, package_id=cls.package)
        cls.quants = cls.env["stock.quant"].search([("location_id", "=", cls.rack_a1.id)])

    def test_quants(self):
        quants = self.env["stock.quant"]
        place = [("location_id", "=", self.rack_a1.id)]
        for attack in (
            lambda quants: quants.search(place).read(["quantity", "available_quantity"]),
            lambda quants: quants.search_read(place, ["quantity"]),
            lambda quants: quants.web_search_read(place, {"quantity": {}}),
            lambda quants: quants.search([("quantity", "=", SECRET)]).mapped("quantity"),
            lambda quants: quants.formatted_read_group(place, ["product_id"], ["quantity:sum"]),
            lambda quants: quants.formatted_read_grouping_sets(place, [["product_id"]], ["quantity:sum"]),
            lambda quants: quants.web_read_group(place, ["product_id"], ["quantity:sum"]),
            lambda quants: quants.read_group(place, ["quantity"], ["product_id"]),
        ):
            self._check_masked(quants, attack)

    def test_what_came_and_went(self):
        """All quants of a product add up to zero, so those of suppliers, customers and losses tell the rest."""
        move = self._receive(SECRET)
        where = [("product_id", "=", move.product_id.id), ("location_id.usage", "not in", ("internal", "transit"))]
        self._check_masked(
            self.env["stock.quant"],
            lambda quants: quants.formatted_read_group(where, ["location_id"], ["quantity:sum"]),
        )
        seen = self._as(self.counter, self.env["stock.quant"]).search([("product_id", "=", self.bolt.id)])
        self.assertEqual(seen.location_id, self.rack_a2)

    def test_quants_by_id(self):
        for user in (self.counter, self.stock_counter):
            quants = self._as(user, self.quants)
            for attack in (
                lambda quants: quants.read(["quantity"]),
                lambda quants: quants.web_read({"quantity": {}}),
                lambda quants: quants.export_data(["quantity"]),
                lambda quants: quants[0].onchange({}, [], {"quantity": {}}) and quants.mapped("quantity"),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    attack(quants)
        self.assertIn(SECRET, self._as(self.manager, self.quants).mapped("quantity"))
        self.assertIn(SECRET, self._as(self.outsider, self.quants).mapped("quantity"))

    def test_quants_through_other_records(self):
        spec = {"quant_ids": {"fields": {"quantity": {}}}}
        for records in (self.lot, self.package, self.rack_a1):
            self._check_masked(records, lambda records: records.web_read(spec))
        for model, name in (
            ("stock.location", "quant_ids.quantity"),
            ("stock.lot", "quant_ids.quantity"),
            ("stock.package", "quant_ids.quantity"),
            ("product.product", "stock_quant_ids.quantity"),
        ):
            domain = [(name, "=", SECRET)]
            self.assertTrue(self._as(self.manager, self.env[model]).search(domain))
            for user in (self.counter, self.stock_counter):
                self.assertFalse(self._as(user, self.env[model]).search(domain), model)

    def test_product_figures(self):
        names = ["qty_available", "free_qty", "virtual_available"]
        for products in (self.bolt, self.bolt.product_tmpl_id):
            names_here = [name for name in names if name in products._fields]
            for context in ({}, {"location": self.rack_a1.id}, {"warehouse_id": self.warehouse.id}):
                total = SECRET if "location" in context else SECRET + 5
                left = 0 if "location" in context else 5
                for user, expected in ((self.manager, total), (self.stock_user, total), (self.stock_counter, left)):
                    [values] = self._as(user, products).with_context(**context).read(names_here)
                    for name in names_here:
                        self.assertEqual(values[name], expected, (user.login, context, name))
                self._check_employee_learns_nothing(
                    lambda user, p=products, c=context, n=names_here: self._as(user, p).with_context(**c).read(n)
                )

    def test_product_figures_that_superuser_code_read_before(self):
        bolt = self._as(self.stock_counter, self.bolt)
        for products in (bolt, bolt.product_tmpl_id):
            self.assertEqual(products.sudo().qty_available, SECRET + 5)
            self.assertEqual(products.qty_available, 5)

    def test_product_figures_of_another_day(self):
        """Odoo works them out from what is there and what moved since."""
        for days in (-1, 1):
            day = fields.Datetime.now() + timedelta(days=days)
            context = {"to_date": day, "location": self.rack_a1.id}
            self._check_masked(
                self.bolt,
                lambda bolt, context=context: bolt.with_context(**context).read(["qty_available", "virtual_available"]),
                users=[self.stock_counter],
            )

    def test_searching_products_by_their_figures(self):
        for model in ("product.product", "product.template"):
            for name in ("qty_available", "free_qty", "virtual_available"):
                if name not in self.env[model]._fields:
                    continue
                domain = [(name, ">", 1000), ("name", "=", "Bolt")]
                self.assertTrue(self._as(self.manager, self.env[model]).search(domain))
                self.assertFalse(self._as(self.stock_counter, self.env[model]).search(domain))
                self._check_employee_learns_nothing(
                    lambda user, m=model, d=domain: self._as(user, self.env[m]).search(d)
                )

    def _check_employee_learns_nothing(self, attack):
        """Odoo refuses these figures to who may not read stock moves; if some add-on changed that, we hide them."""
        try:
            answer = attack(self.counter)
        except AccessError:
            return
        self.assertNotIn(str(SECRET)[:3], str(answer))

    def test_lots_and_packages(self):
        self._check_masked(self.lot, lambda lot: lot.read(["product_qty"]))
        domain = [("product_qty", ">", 1000)]
        self.assertIn(self.lot, self._as(self.manager, self.lot.browse()).search(domain))
        for user in (self.counter, self.stock_counter):
            self.assertNotIn(self.lot, self._as(user, self.lot.browse()).search(domain))
        self._check_masked(
            self.package, lambda package: package.web_read({"contained_quant_ids": {"fields": {"quantity": {}}}})
        )
        self._check_masked(self.package, lambda package: package.read(["content_description"]))
        self.glue.weight = 1
        for user, weight in ((self.manager, SECRET), (self.stock_counter, 0)):
            self.assertEqual(self._as(user, self.rack_a1).net_weight, weight, user.login)

    def test_where_a_lot_is(self):
        self.assertEqual(self._as(self.manager, self.lot).location_id, self.rack_a1)
        for user in (self.counter, self.stock_counter):
            self.assertFalse(self._as(user, self.lot).location_id)
            [values] = self._as(user, self.lot).read(["location_id"])
            self.assertFalse(values["location_id"])
            with self.assertRaisesRegex(AccessError, "blind"):
                self._as(user, self.env["stock.lot"]).search([("location_id", "=", self.rack_a1.id)])

    def test_the_report_by_day(self):
        report = self.env["report.stock.quantity"]
        domain = [("product_id", "=", self.bolt.id), ("state", "=", "forecast")]
        attack = lambda report: report.formatted_read_group(domain, ["date:day"], ["product_qty:sum"])  # noqa: E731
        self.env.flush_all()
        self.assertIn(str(SECRET + 5), str(self._ask(self.manager, report, attack)))
        for user in (self.counter, self.stock_counter):
            self.assertFalse(self._ask(user, report, attack))
            self.assertFalse(self._ask(user, report, lambda report: report.search(domain)))

    def test_the_forecast(self):
        report = self.env["stock.forecasted_product_product"]

        def attack(report):
            return report.with_context(warehouse_id=self.warehouse.id).get_report_values(self.bolt.ids)

        self.assertIn(str(SECRET + 5), str(self._ask(self.manager, report, attack)))
        answer = str(self._ask(self.stock_counter, report, attack))
        for secret in (SECRET, SECRET + 5):
            self.assertNotIn(str(secret), answer)

    def test_what_is_to_be_ordered(self):
        orderpoint = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.bolt.id,
                "location_id": self.stock.id,
                "product_min_qty": 2 * SECRET,
                "product_max_qty": 2 * SECRET,
            }
        )
        self.assertEqual(self._as(self.manager, orderpoint).qty_to_order, SECRET - 5)
        with self.assertRaises(AccessError):
            self._as(self.stock_counter, orderpoint).read(["qty_to_order"])
        self.assertFalse(self._as(self.stock_counter, orderpoint.browse()).search([("id", "=", orderpoint.id)]))
        elsewhere = orderpoint.copy({"location_id": self.rack_a2.id})
        self.assertTrue(self._as(self.stock_counter, elsewhere).read(["qty_to_order"]))

    def test_history(self):
        """What was moved adds up to what is there."""
        move = self._receive(SECRET)
        lines = self.env["stock.move.line"]
        domain = [("product_id", "=", self.nut.id)]
        for model in (lines, self.env["stock.move"]):
            for attack in (
                lambda moves: moves.search_read(domain, ["quantity"]),
                lambda moves: moves.web_search_read(domain, {"quantity": {}}),
                lambda moves: moves.formatted_read_group(domain, ["location_dest_id"], ["quantity:sum"]),
                lambda moves: moves.formatted_read_grouping_sets(domain, [["location_dest_id"]], ["quantity:sum"]),
                lambda moves: moves.web_read_group(domain, ["location_dest_id"], ["quantity:sum"]),
                lambda moves: moves.read_group(domain, ["quantity"], ["location_dest_id"]),
            ):
                self._check_masked(model, attack, users=[self.stock_counter])
        for records in (move, move.move_line_ids):
            self._check_masked(records, lambda records: records.export_data(["quantity"]), users=[self.stock_counter])
        counter_lines = self._as(self.counter, lines)
        self.assertFalse(counter_lines.search([("quantity", "=", SECRET)]))
        self.assertFalse(counter_lines.search_count(domain))
        with self.assertRaises(AccessError):
            self._as(self.counter, move.move_line_ids).read(["quantity"])
        with self.assertRaises(AccessError):
            self._as(self.counter, move).read(["quantity"])
        self.assertTrue(self._as(self.outsider, lines).search([("quantity", "=", SECRET)]))

    def _receive(self, quantity):
        """A done receipt of nuts in A1, before it was counted."""
        self.sheet.action_cancel()
        move = self.env["stock.move"].create(
            {
                "product_id": self.nut.id,
                "product_uom_qty": quantity,
                "location_id": self.suppliers.id,
                "location_dest_id": self.rack_a1.id,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()
        self.sheet.action_reset_to_draft()
        return move

    def test_quantities_cannot_be_set_unseen(self):
        """Odoo would not find the quant, and add the quantity to what is there."""
        stock_admin_group = self.env.ref("stock.group_stock_user")
        self.assertIn(stock_admin_group, self.stock_counter.all_group_ids)
        quants = self._as(self.stock_counter, self.env["stock.quant"]).with_context(inventory_mode=True)
        vals = {"product_id": self.bolt.id, "location_id": self.rack_a1.id, "inventory_quantity": 3}
        with self.assertRaisesRegex(AccessError, "blind"):
            quants.create(vals)
        quants.create({**vals, "location_id": self.stock.id})
        self.assertEqual(self._on_hand(self.bolt, self.rack_a1), SECRET)

    def test_a_delivery_elsewhere(self):
        picking = self._make_delivery(self.bolt, 2, self.rack_a2, user_id=self.stock_counter.id)
        self.open_sheet.action_cancel()
        self._as(self.stock_counter, picking).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self._on_hand(self.bolt, self.rack_a2), 3)

    def test_a_delivery_from_a_place_that_will_be_counted(self):
        """Not started, so nothing is blocked; its counter makes, reserves and validates a delivery as ever."""
        self._receive(1)
        picking = (
            self.env["stock.picking"]
            .with_user(self.stock_counter)
            .create(
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.rack_a1.id,
                    "location_dest_id": self.customers.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.bolt.id,
                                "product_uom_qty": 31,
                                "location_id": self.rack_a1.id,
                                "location_dest_id": self.customers.id,
                            }
                        )
                    ],
                }
            )
        )
        picking = self._as(self.stock_counter, picking)
        picking.action_confirm()
        picking.action_assign()
        self.assertEqual(picking.move_ids.state, "assigned")
        picking = self._as(self.stock_counter, picking)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.bolt.id), ("location_id", "=", self.rack_a1.id)]
        )
        self.assertEqual((len(quants), quants.quantity, quants.reserved_quantity), (1, SECRET - 31, 0))
        self.assertEqual(self._as(self.stock_counter, picking).move_ids.mapped("quantity"), [31])

    def test_free_again_once_settled(self):
        attack = lambda quants: quants.search([("location_id", "=", self.rack_a1.id)]).mapped("quantity")  # noqa: E731
        self.assertFalse(self._ask(self.counter, self.env["stock.quant"], attack))
        self.sheet.action_cancel()
        self.assertIn(SECRET, self._ask(self.counter, self.env["stock.quant"], attack))
        self.sheet.action_reset_to_draft()
        self.assertFalse(self._ask(self.counter, self.env["stock.quant"], attack))
        self.sheet.blind = False
        self.assertIn(SECRET, self._ask(self.counter, self.env["stock.quant"], attack))

    def test_sub_locations(self):
        """Places below are hidden when the sheet covers them, archived ones too, and not when it does not."""
        below = self.env["stock.location"].create({"name": "bin", "location_id": self.rack_a1.id})
        self._put(self.bolt, FOUND, below)
        attack = lambda quants: quants.search([("location_id", "=", below.id)]).mapped("quantity")  # noqa: E731
        self.assertFalse(self._ask(self.counter, self.env["stock.quant"], attack))
        self.env.cr.execute("UPDATE stock_location SET active = FALSE WHERE id = %s", [below.id])
        self.assertFalse(self._ask(self.counter, self.env["stock.quant"], attack))
        self.env.cr.execute(
            "UPDATE stock_inventory_sheet SET include_sublocations = FALSE WHERE id = %s", [self.sheet.id]
        )
        self.assertEqual(self._ask(self.counter, self.env["stock.quant"], attack), [FOUND])

    def test_cost_for_others(self):
        """Who is no counter pays no query more; a counter with nothing blind a short one, and no slower search."""
        for user, more in ((self.outsider, 0), (self.manager, 0), (self.stock_user, 0), (self.free_counter, 1)):
            quants = self._as(user, self.env["stock.quant"])
            quants.search([("product_id", "=", self.bolt.id)])
            with self.subTest(user=user.login), self.assertQueryCount(1 + more):
                quants.search([("product_id", "=", self.bolt.id)])
            self.assertNotIn("stock_location", quants._search([("product_id", "=", self.bolt.id)]).select().code)
        blind = self._as(self.stock_counter, self.env["stock.quant"])
        self.assertIn("stock_location", blind._search([("product_id", "=", self.bolt.id)]).select().code)
