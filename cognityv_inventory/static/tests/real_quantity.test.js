import { expect, test } from "@odoo/hoot";
import { press, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

class Line extends models.Model {
    _name = "line";

    product = fields.Char();
    real_qty = fields.Float({ digits: [16, 2] });
    is_counted = fields.Boolean();

    _records = [
        { id: 1, product: "Bolt", real_qty: 0, is_counted: false },
        { id: 2, product: "Nut", real_qty: 0, is_counted: true },
        { id: 3, product: "Washer", real_qty: 4.5, is_counted: true },
    ];
}

defineMailModels();
defineModels([Line]);

const mountLines = () =>
    mountView({
        type: "list",
        resModel: "line",
        arch: `
            <list editable="bottom">
                <field name="is_counted" column_invisible="1"/>
                <field name="product" readonly="1"/>
                <field name="real_qty" widget="real_quantity"/>
            </list>`,
    });

async function type(row, text) {
    await contains(`.o_data_row:eq(${row}) td[name=real_qty]`).click();
    await contains(".o_selected_row td[name=real_qty] input").edit(text, { confirm: false });
    await press("Enter");
    await animationFrame();
}

test("not counted is empty, counted zero is zero", async () => {
    await mountLines();
    expect(".o_data_row:eq(0) td[name=real_qty]").toHaveText("");
    expect(".o_data_row:eq(1) td[name=real_qty]").toHaveText("0.00");
    expect(".o_data_row:eq(2) td[name=real_qty]").toHaveText("4.50");
});

test("typing a zero counts, although the value stays zero", async () => {
    onRpc("line", "web_save", ({ args }) => expect.step(args));
    await mountLines();
    await type(0, "0");
    expect.verifySteps([[[1], { is_counted: true, real_qty: 0 }]]);
    expect(".o_data_row:eq(0) td[name=real_qty]").toHaveText("0.00");
});

test("typing a quantity counts it", async () => {
    onRpc("line", "web_save", ({ args }) => expect.step(args));
    await mountLines();
    await type(0, "12.5");
    expect.verifySteps([[[1], { is_counted: true, real_qty: 12.5 }]]);
});

test("emptying the cell withdraws the count", async () => {
    onRpc("line", "web_save", ({ args }) => expect.step(args));
    await mountLines();
    await type(2, "");
    expect.verifySteps([[[3], { is_counted: false, real_qty: 0 }]]);
    expect(".o_data_row:eq(2) td[name=real_qty]").toHaveText("");
});

test("what is no number is refused and counts nothing", async () => {
    onRpc("line", "web_save", () => expect.step("saved"));
    await mountLines();
    await type(0, "ten");
    expect.verifySteps([]);
    expect(queryFirst(".o_field_invalid")).not.toBe(null);
});
