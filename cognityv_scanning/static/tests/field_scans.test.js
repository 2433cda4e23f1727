import { beforeEach, expect, test } from "@odoo/hoot";
import { click, edit, keyDown, press, queryOne } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";
import { Component, useRef, useState, xml } from "@odoo/owl";
import { barcodeService } from "@barcodes/barcode_service";
import { fieldScans, useFieldScans } from "@cognityv_scanning/app/hand_scanner/field_scans";
import { useBus, useService } from "@web/core/utils/hooks";
import { mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

defineMailModels();

class Form extends Component {
    static template = xml`
        <div t-ref="root">
            <input class="search" t-att-value="state.text" t-on-input="(ev) => state.text = ev.target.value"/>
            <textarea/>
            <button>Go</button>
        </div>`;
    static props = {};

    setup() {
        this.state = useState({ text: "" });
        useFieldScans(useRef("root"));
        useBus(useService("barcode").bus, "barcode_scanned", ({ detail }) => expect.step(detail.barcode));
    }
}

/** What a hand scanner does: keys one right after the other. */
async function scan(code, end = "Enter") {
    for (const key of code) {
        await press(key);
    }
    if (end) {
        await press(end);
    }
}

// A busy machine may be slower than a scanner: time does not pass between keys unless a test says so.
let now;
beforeEach(() => {
    now = 1000;
    patchWithCleanup(Event.prototype, {
        get timeStamp() {
            return now;
        },
    });
    patchWithCleanup(barcodeService, { maxTimeBetweenKeysInMs: 150 });
});

test("a scan goes through a field and leaves its text alone", async () => {
    const form = await mountWithCleanup(Form);
    await click(".search");
    await edit("bolt");
    now += 1000;
    await scan("QR-123");
    expect.verifySteps(["QR-123"]);
    expect(".search").toHaveValue("bolt");
    expect(form.state.text).toBe("bolt");
});

test("a scan goes through a note of several lines", async () => {
    await mountWithCleanup(Form);
    await click("textarea");
    await scan("QR-123");
    expect.verifySteps(["QR-123"]);
    expect("textarea").toHaveValue("");
});

test("a scanner that sends no Enter is caught as well", async () => {
    await mountWithCleanup(Form);
    await click(".search");
    await scan("QR-123", null);
    expect.verifySteps([]);
    await advanceTime(151);
    expect.verifySteps(["QR-123"]);
    expect(".search").toHaveValue("");
});

test("what a person types stays in the field", async () => {
    await mountWithCleanup(Form);
    await click(".search");
    for (const key of "bolts") {
        await press(key);
        now += fieldScans.maxTimeBetweenKeysInMs + 1;
    }
    await press("Enter");
    await advanceTime(1000);
    expect.verifySteps([]);
    expect(".search").toHaveValue("bolts");
});

test("words that come quickly without an end, as from an automatic test, are no scan", async () => {
    await mountWithCleanup(Form);
    await click("textarea");
    await edit("The box is torn");
    await advanceTime(1000);
    expect.verifySteps([]);
    expect("textarea").toHaveValue("The box is torn");
});

test("two quick keys are no scan", async () => {
    await mountWithCleanup(Form);
    await click(".search");
    await scan("12");
    expect.verifySteps([]);
    expect(".search").toHaveValue("12");
});

test("on phones that do not name the keys, what came into the field counts", async () => {
    await mountWithCleanup(Form);
    await click(".search");
    const field = queryOne(".search");
    for (const text of ["Q", "QR", "QR1"]) {
        await keyDown("Unidentified");
        field.value = text;
    }
    await press("Enter");
    expect.verifySteps(["QR1"]);
    expect(".search").toHaveValue("");
});
