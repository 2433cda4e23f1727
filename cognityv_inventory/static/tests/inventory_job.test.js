import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";

class Sheet extends models.Model {
    _name = "stock.inventory.sheet";

    name = fields.Char();

    _records = [{ id: 1, name: "INV/1" }];
}

defineMailModels();
defineModels([Sheet]);

const job = {
    id: 7,
    step: "Validate",
    state: "running",
    line_count: 5000,
    percent: 25,
    seconds_left: 40,
    message: "",
};

const mountSheet = () =>
    mountView({
        type: "form",
        resModel: "stock.inventory.sheet",
        resId: 1,
        arch: `<form><widget name="inventory_job"/><field name="name"/></form>`,
    });

test("the bar moves, and the sheet is read again when it is done", async () => {
    let answer = job;
    onRpc("stock.inventory.sheet", "get_job", () => answer);
    onRpc("stock.inventory.sheet", "web_read", () => expect.step("read"));
    await mountSheet();
    expect.verifySteps(["read"]);
    expect(".o_inventory_job").toHaveText(/Validate/);
    expect(".o_inventory_job").toHaveText(/about 40 seconds left/);
    expect(".o_inventory_job").toHaveText(/25 %/);
    expect(".o_inventory_job .progress-bar").toHaveStyle("width: 25%", { inline: true });
    answer = { ...job, percent: 75, seconds_left: 200 };
    await advanceTime(2000);
    await animationFrame();
    expect(".o_inventory_job").toHaveText(/75 %/);
    expect(".o_inventory_job").toHaveText(/about 3 minutes left/);
    answer = { ...job, percent: 99.7, seconds_left: 0.4 };
    await advanceTime(2000);
    await animationFrame();
    expect(".o_inventory_job").toHaveText(/a few seconds left/);
    expect(".o_inventory_job").toHaveText(/99 %/);
    answer = { ...job, state: "done" };
    await advanceTime(2000);
    await animationFrame();
    expect.verifySteps(["read"]);
    expect(".o_inventory_job").toHaveCount(0);
});

test("nobody can say how long it takes the first time", async () => {
    onRpc("stock.inventory.sheet", "get_job", () => ({ ...job, percent: null, seconds_left: null }));
    await mountSheet();
    expect(".o_inventory_job .progress-bar-animated").toHaveCount(1);
    expect(".o_inventory_job").not.toHaveText(/%/);
    expect(".o_inventory_job").toHaveText(/5,000 lines/);
});

test("what was not done says why, and can be run again", async () => {
    let answer = { ...job, state: "failed", message: "Row 7: no quantity" };
    onRpc("stock.inventory.sheet", "get_job", () => answer);
    onRpc("stock.inventory.sheet", "run_job_again", ({ args }) => {
        expect.step(args);
        answer = { ...job, state: "waiting" };
        return true;
    });
    await mountSheet();
    expect(".o_inventory_job").toHaveText(/nothing was changed/);
    expect(".o_inventory_job_message").toHaveText("Row 7: no quantity");
    await contains(".o_inventory_job button").click();
    expect.verifySteps([[[1]]]);
    expect(".o_inventory_job").toHaveText(/waits for its turn/);
});

test("without background work nothing is shown", async () => {
    onRpc("stock.inventory.sheet", "get_job", () => ({}));
    await mountSheet();
    expect(".o_inventory_job").toHaveCount(0);
});
