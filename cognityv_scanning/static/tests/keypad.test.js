import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { Keypad } from "@cognityv_scanning/app/keypad/keypad";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { Component, xml } from "@odoo/owl";

defineMailModels();

// Styles of the app hold below its root only.
class Root extends Component {
    static template = xml`<div class="o_asset_manager"><Keypad t-props="props"/></div>`;
    static components = { Keypad };
    static props = ["*"];
}

const mountKeypad = (props = {}) =>
    mountWithCleanup(Root, {
        props: {
            title: "Bolt",
            close: () => expect.step("closed"),
            onConfirm: (quantity, mode) => expect.step([quantity, mode]),
            ...props,
        },
    });

async function tap(...keys) {
    for (const key of keys) {
        await contains(`[data-key="${key}"]`).click();
    }
}

test("the first key replaces what is there, the next ones go on", async () => {
    await mountKeypad({ quantity: 7 });
    expect("input").toHaveValue("7");
    await tap("1", "2", ".", "5");
    expect("input").toHaveValue("12.5");
    await contains(".o_am_keypad_confirm").click();
    expect.verifySteps([[12.5, "set"]]);
});

test("backspace corrects what is there", async () => {
    await mountKeypad({ quantity: 1250 });
    await tap("back");
    expect("input").toHaveValue("125");
    await contains(".o_am_keypad_confirm").click();
    expect.verifySteps([[125, "set"]]);
});

test("zero is a total, and nothing to add", async () => {
    await mountKeypad({ quantity: 7, hasModes: true });
    await tap("0");
    expect(".o_am_keypad_confirm").toBeEnabled();
    await contains(".o_am_mode_add").click();
    await tap("0");
    expect(".o_am_keypad_confirm").not.toBeEnabled();
    await tap("back", "3");
    await contains(".o_am_keypad_confirm").click();
    expect.verifySteps([[3, "add"]]);
});

test("what is no number cannot be confirmed", async () => {
    await mountKeypad();
    expect(".o_am_keypad_confirm").not.toBeEnabled();
    await tap(".");
    expect(".o_am_keypad_confirm").not.toBeEnabled();
    await tap(".", "1");
    expect(".o_am_keypad_confirm").not.toBeEnabled();
});

test("a hardware keyboard works, and no other keyboard comes up", async () => {
    await mountKeypad({ quantity: 7 });
    expect("input").toHaveAttribute("inputmode", "none");
    await contains("input").edit("4", { confirm: false });
    await press("Enter");
    expect.verifySteps([[4, "set"]]);
});

test("nothing is focused that brings up a keyboard", async () => {
    await mountKeypad({ quantity: 7 });
    expect("[role=dialog]").toBeFocused();
    expect(queryAllTexts(".o_am_keypad_keys button").length).toBe(12);
});

test("escape closes it", async () => {
    await mountKeypad();
    await press("Escape");
    expect.verifySteps(["closed"]);
});
