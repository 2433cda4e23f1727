import { expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";

class Sheet extends models.Model {
    _name = "stock.inventory.sheet";

    name = fields.Char();
    state = fields.Char();

    _records = [
        { id: 1, name: "INV/1", state: "in_progress" },
        { id: 2, name: "INV/2", state: "validated" },
    ];
}

defineMailModels();
defineModels([Sheet]);

const mountSheet = (resId = 1) =>
    mountView({
        type: "form",
        resModel: "stock.inventory.sheet",
        resId,
        arch: `
            <form>
                <header><widget name="inventory_sheet_tools"/></header>
                <field name="name"/>
                <field name="state"/>
            </form>`,
    });

test("Tools shows the moves of the sheet", async () => {
    patchWithCleanup(user, { hasGroup: async () => true });
    const action = { type: "ir.actions.act_window", res_model: "stock.move" };
    onRpc("stock.inventory.sheet", "action_view_moves", ({ args }) => {
        expect.step(args);
        return action;
    });
    mockService("action", { doAction: (done) => expect.step(done) });
    await mountSheet();
    await contains(".o_inventory_tools").click();
    await contains(".o_show_moves").click();
    expect.verifySteps([[[1]], action]);
});

test("who has no right to see moves is not offered them", async () => {
    patchWithCleanup(user, { hasGroup: async () => false });
    await mountSheet();
    await contains(".o_inventory_tools").click();
    expect(".o_show_lines").toHaveCount(1);
    expect(".o_show_moves").toHaveCount(0);
});

test("what was typed is saved before the sheet is exported", async () => {
    onRpc("stock.inventory.sheet", "web_save", ({ args }) => expect.step(args[1]));
    onRpc("stock.inventory.sheet", "action_export", ({ args }) => {
        expect.step(args[1]);
        return false;
    });
    mockService("action", { doAction: () => {} });
    await mountSheet();
    await contains("[name=name] input").edit("INV/2");
    await contains(".o_inventory_tools").click();
    await contains(".o_export_xlsx").click();
    expect.verifySteps([{ name: "INV/2" }, "xlsx"]);
});

test("a manager is offered the auditor's pack of a sheet that is settled", async () => {
    patchWithCleanup(user, { hasGroup: async () => true });
    onRpc("stock.inventory.sheet", "action_audit_pack", ({ args }) => {
        expect.step(args);
        return false;
    });
    mockService("action", { doAction: () => {} });
    await mountSheet(2);
    await contains(".o_inventory_tools").click();
    await contains(".o_audit_pack_xlsx").click();
    expect.verifySteps([[[2], "xlsx"]]);
});

test("a sheet that is being counted has no auditor's pack", async () => {
    patchWithCleanup(user, { hasGroup: async () => true });
    await mountSheet(1);
    await contains(".o_inventory_tools").click();
    expect(".o_export_pdf").toHaveCount(1);
    expect(".o_audit_pack_xlsx").toHaveCount(0);
});

test("a counter is not offered the auditor's pack", async () => {
    patchWithCleanup(user, { hasGroup: async () => false });
    await mountSheet(2);
    await contains(".o_inventory_tools").click();
    expect(".o_export_pdf").toHaveCount(1);
    expect(".o_audit_pack_xlsx").toHaveCount(0);
});
