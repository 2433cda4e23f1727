import { beforeEach, expect, test } from "@odoo/hoot";
import { press, queryAll, queryAllTexts, scroll, waitFor, waitForNone } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { Component, useRef, useSubEnv, xml } from "@odoo/owl";
import { useFieldScans } from "@cognityv_scanning/app/hand_scanner/field_scans";
import { ReviewScreen } from "@cognityv_scanning/app/session/review_screen";
import { ScanSession } from "@cognityv_scanning/app/session/scan_session";
import { SessionScreen } from "@cognityv_scanning/app/session/session_screen";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { browser } from "@web/core/browser/browser";
import { contains, defineModels, makeMockEnv, mockService, models, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { FakeOutbox, makeLine, makePayload, makeResult } from "./session_test_helpers";

class StockScanResolver extends models.Model {
    _name = "stock.scan.resolver";
}

class StockScanSession extends models.Model {
    _name = "stock.scan.session";
}

defineMailModels();
defineModels([StockScanResolver, StockScanSession]);

let outbox;
const feedback = { settings: { sound: true, vibration: true }, tell: (outcome) => expect.step(outcome), toggle: () => {} };

beforeEach(() => {
    outbox = new FakeOutbox();
    mockService("scan_outbox", () => outbox);
    mockService("scan_feedback", () => feedback);
});

/** A screen as it stands in the app. */
class Root extends Component {
    static template = xml`<div class="o_asset_manager d-flex flex-column" t-ref="root"><t t-component="props.Screen" session="props.session" reload="() => {}"/></div>`;
    static props = ["*"];

    setup() {
        useFieldScans(useRef("root"));
        useSubEnv({ assetManager: { go: ({ step }) => expect.step(`go ${step}`), home: () => expect.step("home") } });
    }
}

async function mountScreen(values, Screen = SessionScreen) {
    await makeMockEnv();
    const session = new ScanSession({ outbox, feedback }, makePayload(values));
    await mountWithCleanup(Root, { props: { Screen, session } });
    return session;
}

async function scan(code) {
    for (const key of [...code, "Enter"]) {
        await press(key);
    }
    await animationFrame();
}

/** A code that nobody knows is scanned, and the person is about to say what it is. */
async function chooseWhatScrewIs(session) {
    await scan("SCREW");
    session.onResults([makeResult(outbox, "unknown", { message: "Nothing is known by it." })]);
    await animationFrame();
    await contains(".o_am_problems_button").click();
    await contains(".o_am_problem_choose").click();
}

test("what is asked for, scanned and left of each item", async () => {
    await mountScreen();
    expect(queryAllTexts(".o_am_scanned")).toEqual(["1", "0"]);
    expect(queryAllTexts(".o_am_required")).toEqual(["2", "10"]);
    expect(queryAllTexts(".o_am_remark")).toEqual(["1 left", "10 left"]);
    expect(".o_am_progress_text").toHaveText("0 of 2 items complete");
});

test("a hand scanner's scan is large on the screen, and its item comes first", async () => {
    await mountScreen();
    await scan("BOLT");
    expect.verifySteps(["accepted"]);
    expect(".o_am_outcome[data-outcome=accepted] .o_am_outcome_item").toHaveText("Bolt");
    expect(".o_am_outcome_count").toHaveText("1");
    expect(queryAllTexts(".o_am_line .o_am_row_title")).toEqual(["Bolt", "Nut"]);
});

test("too much is asked about, in the place where the person looks", async () => {
    await mountScreen({ lines: [makeLine(2, "Nut", 2, 2)] });
    await scan("NUT");
    expect(".o_am_outcome_message").toHaveText("2 of 2 scanned. Add one more?");
    await contains(".o_am_option_add").click();
    expect(".o_am_scanned").toHaveText("3");
    expect(".o_am_remark").toHaveText("1 too many");
    expect.verifySteps(["over", "accepted"]);
});

test("an item's quantity by keypad", async () => {
    await mountScreen();
    await contains("[data-line='1']").click();
    await contains("[data-key='8']").click();
    await contains(".o_am_keypad_confirm").click();
    expect(outbox.events).toEqual([
        { client_uuid: "scan-1", session_id: 7, line_id: 1, product_id: 101, quantity: 8, mode: "set" },
    ]);
    expect("[data-line='1'] .o_am_scanned").toHaveText("8");
    expect(".o_am_sheet").toHaveCount(0);
    expect.verifySteps(["accepted"]);
});

test("a scan while the keypad is open is a scan, and no number", async () => {
    await mountScreen();
    await contains("[data-line='1']").click();
    await contains(".o_am_keypad_display input").click();
    await scan("NUT");
    expect(".o_am_outcome_item").toHaveText("Nut");
    expect(".o_am_keypad_display input").toHaveValue("");
    expect.verifySteps(["accepted"]);
});

test("a note on an item", async () => {
    await mountScreen();
    await contains("[data-line='1']").click();
    await contains(".o_am_add_note").click();
    await contains(".o_am_note").edit("the box is torn", { confirm: false });
    await contains(".o_am_save_note").click();
    await waitForNone(".o_am_sheet");
    await animationFrame();
    expect(outbox.events).toEqual([{ client_uuid: "scan-1", session_id: 7, line_id: 1, note: "the box is torn" }]);
    expect("[data-line='1']").toHaveText(/the box is torn/);
});

test("a note is kept by the button of the quantity as well", async () => {
    await mountScreen();
    await contains("[data-line='1']").click();
    await contains(".o_am_add_note").click();
    await contains(".o_am_note").edit("the box is torn", { confirm: false });
    await contains("[data-key='8']").click();
    await contains(".o_am_keypad_confirm").click();
    await animationFrame();
    expect(outbox.events).toMatchObject([{ line_id: 1, quantity: 8, mode: "set" }, { line_id: 1, note: "the box is torn" }]);
    expect("[data-line='1']").toHaveText(/the box is torn/);
    expect("[data-line='1'] .o_am_scanned").toHaveText("8");
    expect.verifySteps(["accepted"]);
});

test("a note is kept however it is left", async () => {
    const ways = {
        cross: () => contains(".o_am_sheet_close").click(),
        escape: () => press("Escape"),
        beside: () => contains(".o_am_backdrop").click({ position: "top" }),
    };
    await mountScreen();
    for (const [way, leave] of Object.entries(ways)) {
        await contains("[data-line='1']").click();
        if (queryAll(".o_am_add_note").length) {
            await contains(".o_am_add_note").click();
        }
        await contains(".o_am_note").edit(way, { confirm: false });
        await leave();
        await waitForNone(".o_am_sheet");
        await animationFrame();
        expect("[data-line='1'] .fst-italic").toHaveText(way);
        expect(outbox.events.at(-1)).toMatchObject({ line_id: 1, note: way });
    }
});

test("a note that was only looked at does not overwrite what somebody else has written meanwhile", async () => {
    const session = await mountScreen({ lines: [makeLine(1, "Bolt", 10, 0, { note: "torn" })] });
    await contains("[data-line='1']").click();
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 0, { note: "torn and wet" })], by: "Ben" });
    await animationFrame();
    await contains(".o_am_sheet_close").click();
    expect("[data-line='1']").toHaveText(/torn and wet/);
    expect(outbox.events).toEqual([]);
});

test("a note on the whole is kept however it is left", async () => {
    await mountScreen();
    await contains(".o_am_menu").click();
    await contains(".o_am_menu_note").click();
    await contains(".o_am_session_note").edit("one leg was broken", { confirm: false });
    await contains(".o_am_sheet_close").click();
    await waitForNone(".o_am_sheet");
    await animationFrame();
    expect(outbox.events).toEqual([{ client_uuid: "scan-1", session_id: 7, note: "one leg was broken" }]);
    await contains(".o_am_menu").click();
    await contains(".o_am_menu_note").click();
    expect(".o_am_session_note").toHaveValue("one leg was broken");
    await contains(".o_am_save_session_note").click();
    expect(outbox.events).toHaveLength(1);
});

test("several things: the person chooses", async () => {
    await mountScreen();
    await scan("BOTH");
    expect(queryAllTexts(".o_am_choices button")).toEqual(["Bolt\nBOLT", "Nut\nNUT"]);
    await contains(".o_am_choices button:last").click();
    expect(".o_am_outcome_item").toHaveText("Nut");
    expect.verifySteps(["unknown", "accepted"]);
});

test("the last scan is taken back", async () => {
    await mountScreen();
    await scan("BOLT");
    await contains(".o_am_undo").click();
    expect("[data-line='1'] .o_am_scanned").toHaveText("0");
    expect(".o_am_outcome").toHaveAttribute("data-outcome", "undone");
    expect(outbox.events.at(-1).undo).toBe("scan-1");
    expect(".o_am_undo").toHaveCount(0);
    expect.verifySteps(["accepted", "undone"]);
});

test("the scan before the one that was taken back is named on the button", async () => {
    await mountScreen();
    await scan("BOLT");
    await scan("NUT");
    expect(".o_am_undo").toHaveText("Undo");
    await contains(".o_am_undo").click();
    expect(".o_am_outcome_item").toHaveText("Nut");
    expect(".o_am_undo").toHaveText("Undo Bolt as well");
    await contains(".o_am_undo").click();
    expect("[data-line='1'] .o_am_scanned").toHaveText("0");
    expect.verifySteps(["accepted", "accepted", "undone", "undone"]);
});

test("what others scan appears with their name", async () => {
    const session = await mountScreen();
    session.onNotification({ lines: [makeLine(1, "Bolt", 10, 3)], by: "Ben" });
    await animationFrame();
    expect("[data-line='1'] .o_am_scanned").toHaveText("3");
    expect("[data-line='1'] .o_am_by").toHaveText("Ben");
});

test("problems are put right or dismissed", async () => {
    const session = await mountScreen();
    await scan("SCREW");
    session.onResults([makeResult(outbox, "unknown", { message: "Nothing is known by it." })]);
    await animationFrame();
    await contains(".o_am_problems_button").click();
    expect(".o_am_problem").toHaveText(/SCREW[^]*Nothing is known by it\./);
    await contains(".o_am_problem_dismiss").click();
    await waitForNone(".o_am_sheet");
    expect(".o_am_sheet").toHaveCount(0);
    expect(".o_am_problems_button").toHaveCount(0);
    expect.verifySteps(["waiting", "unknown"]);
});

async function typeInto(selector, text) {
    await contains(selector).edit(text, { confirm: false });
    await runAllTimers();
    await animationFrame();
}

test("of an unknown code the person says what it is", async () => {
    onRpc("stock.scan.resolver", "suggest", () => [
        { kind: "product", model: "product.product", id: 150, product_id: 150, product: "Washer" },
    ]);
    const session = await mountScreen({ kind: "verification", location_id: 8 });
    await chooseWhatScrewIs(session);
    await typeInto(".o_am_type_input", "was");
    await contains(".o_am_suggestions button").click();
    expect(outbox.events.at(-1)).toMatchObject({ code: "SCREW", product_id: 150, replaces: "scan-1" });
    expect(".o_am_problems_button").toHaveCount(0);
    expect(".o_am_outcome_item").toHaveText("Washer");
    expect.verifySteps(["waiting", "unknown", "accepted"]);
});

test("of an unknown code another one is typed", async () => {
    const session = await mountScreen();
    await chooseWhatScrewIs(session);
    await typeInto(".o_am_type_input", "BOLT");
    await contains(".o_am_type_confirm").click();
    expect(outbox.events.at(-1)).toMatchObject({ code: "BOLT", replaces: "scan-1" });
    expect(".o_am_outcome_item").toHaveText("Bolt");
    expect.verifySteps(["waiting", "unknown", "accepted"]);
});

test("a scan says what an unknown code is, while that is asked", async () => {
    const session = await mountScreen();
    await chooseWhatScrewIs(session);
    await scan("BOLT");
    await animationFrame();
    expect(".o_am_sheet").toHaveCount(0);
    expect(".o_am_problems_button").toHaveCount(0);
    expect(".o_am_outcome[data-outcome=accepted] .o_am_outcome_item").toHaveText("Bolt");
    expect("[data-line='1'] .o_am_scanned").toHaveText("1");
    expect(outbox.events.slice(1)).toEqual([{ client_uuid: "scan-2", session_id: 7, code: "BOLT", replaces: "scan-1" }]);
    await scan("BOLT");
    expect(outbox.events.at(-1).replaces).toBe(undefined);
    expect("[data-line='1'] .o_am_scanned").toHaveText("2");
    expect.verifySteps(["waiting", "unknown", "accepted", "accepted"]);
});

test("a place says where, not what an unknown code is", async () => {
    const codes = { ...makePayload().codes, "text:RACK-2": [{ location_id: 9, place: "Rack 2" }] };
    const session = await mountScreen({ kind: "verification", location_id: 8, codes });
    await chooseWhatScrewIs(session);
    await scan("RACK-2");
    await waitForNone(".o_am_sheet");
    expect(".o_am_place").toHaveText("Rack 2");
    expect(".o_am_problems_button").toHaveCount(1);
    expect(outbox.events.at(-1)).toEqual({ client_uuid: "scan-2", session_id: 7, code: "RACK-2" });
    expect.verifySteps(["waiting", "unknown", "accepted"]);
});

test("once the choice is closed, a scan is a scan again", async () => {
    const session = await mountScreen();
    await chooseWhatScrewIs(session);
    await contains(".o_am_sheet_close").click();
    await scan("BOLT");
    await animationFrame();
    expect(".o_am_sheet").toHaveCount(0);
    expect(".o_am_problems_button").toHaveCount(1);
    expect(outbox.events.at(-1)).toEqual({ client_uuid: "scan-2", session_id: 7, code: "BOLT" });
    expect.verifySteps(["waiting", "unknown", "accepted"]);
});

const makeGlue = () => {
    const line = makeLine(1, "Glue", 10, 0, { tracking: "lot", lot_id: 5, lot: "L-5" });
    const entry = { product_id: line.product_id, lot_id: 5, package_id: false, line_id: 1, quantity: 1 };
    return { kind: "verification", location_id: 8, lines: [line], codes: { "text:L-5": [entry] } };
};

test("the tracking number that is missing is scanned next, or while it is asked for", async () => {
    const lacking = { lacks_number: true, product_id: 101, product: "Glue", message: "Scan the one on it." };
    const session = await mountScreen(makeGlue());
    await scan("GLUE");
    session.onResults([makeResult(outbox, "unknown", lacking)]);
    await animationFrame();
    await scan("L-5");
    expect(outbox.events.at(-1)).toMatchObject({ product_id: 101, lot_name: "L-5", replaces: "scan-1" });
    expect("[data-line='1'] .o_am_scanned").toHaveText("1");
    expect(".o_am_problems_button").toHaveCount(0);
    await scan("GLUE");
    session.onResults([makeResult(outbox, "unknown", lacking)]);
    await animationFrame();
    await contains(".o_am_problems_button").click();
    await contains(".o_am_problem_choose").click();
    await scan("L-NEW");
    await animationFrame();
    expect(outbox.events.at(-1)).toMatchObject({ product_id: 101, lot_name: "L-NEW", replaces: "scan-3" });
    expect(".o_am_sheet").toHaveCount(0);
    expect.verifySteps(["waiting", "incomplete", "accepted", "waiting", "incomplete", "waiting"]);
});

test("the numbers that are there may be chosen, and another one typed or scanned", async () => {
    const session = await mountScreen(makeGlue());
    await scan("GLUE");
    const matches = [{ product_id: 101, lot_id: 5, line_id: 1, display_name: "Glue, L-5" }];
    session.onResults([makeResult(outbox, "unknown", { lacks_number: true, product_id: 101, product: "Glue", matches })]);
    await animationFrame();
    expect(".o_am_sheet .fs-4").toHaveText("Which tracking number?");
    expect(queryAllTexts(".o_am_choices button")).toEqual(["Glue, L-5", "Another number…"]);
    await scan("L-5");
    await waitForNone(".o_am_sheet");
    expect(outbox.events.at(-1)).toMatchObject({ product_id: 101, lot_name: "L-5", replaces: "scan-1" });
    expect(".o_am_problems_button").toHaveCount(0);
    expect.verifySteps(["waiting", "incomplete", "accepted"]);
});

test("another item's code is no answer to which number it is", async () => {
    const session = await mountScreen({ ...makeGlue(), codes: { ...makeGlue().codes, ...makePayload().codes } });
    await scan("GLUE");
    session.onResults([makeResult(outbox, "unknown", { lacks_number: true, product_id: 101, product: "Glue" })]);
    await animationFrame();
    await scan("NUT");
    expect(outbox.events.at(-1)).toEqual({ client_uuid: "scan-2", session_id: 7, code: "NUT" });
    expect(".o_am_problems_button").toHaveCount(1);
    expect.verifySteps(["waiting", "incomplete", "accepted"]);
});

test("what lacks its number is called so, and the number is typed", async () => {
    onRpc("stock.scan.resolver", "suggest", ({ kwargs }) => {
        expect.step(kwargs.kinds);
        return [
            { kind: "lot", model: "stock.lot", id: 5, product_id: 160, lot_id: 5, lot_name: "L-5", product: "Glue" },
            { kind: "lot", model: "stock.lot", id: 6, product_id: 161, lot_id: 6, lot_name: "L-6", product: "Paint" },
        ];
    });
    const session = await mountScreen({ kind: "verification", location_id: 8 });
    await scan("GLUE");
    const lacking = { lacks_number: true, product_id: 160, product: "Glue", message: "Scan the one on it." };
    session.onResults([makeResult(outbox, "unknown", lacking)]);
    await animationFrame();
    expect(".o_am_outcome").toHaveAttribute("data-outcome", "incomplete");
    expect(".o_am_outcome_item").toHaveText("Glue");
    await contains(".o_am_problems_button").click();
    expect(".o_am_problem .badge").toHaveText("Number missing");
    await contains(".o_am_problem_choose").click();
    await typeInto(".o_am_type_input", "L-");
    expect(queryAllTexts(".o_am_suggestions .fw-bold")).toEqual(["L-5"]);
    await typeInto(".o_am_type_input", "L-9");
    await contains(".o_am_type_confirm").click();
    expect(outbox.events.at(-1)).toMatchObject({ product_id: 160, lot_name: "L-9", replaces: "scan-1" });
    expect(".o_am_problems_button").toHaveCount(0);
    expect.verifySteps(["waiting", "incomplete", ["lot"], ["lot"], "waiting"]);
});

test("none of what it may be: the person says what it is", async () => {
    const session = await mountScreen();
    await scan("LOT-1");
    const matches = [{ product_id: 101, lot_id: 5, display_name: "Bolt, LOT-1" }];
    session.onResults([makeResult(outbox, "unknown", { message: "Choose which one.", matches })]);
    await animationFrame();
    expect(queryAllTexts(".o_am_choices button")).toEqual(["Bolt, LOT-1", "Something else…"]);
    await contains(".o_am_choices button:last").click();
    await typeInto(".o_am_type_input", "nu");
    await contains(".o_am_suggestions button").click();
    expect(outbox.events.at(-1)).toMatchObject({ line_id: 2, replaces: "scan-1" });
    await waitForNone(".o_am_sheet");
    expect.verifySteps(["waiting", "unknown", "accepted"]);
});

test("a blind document shows what was scanned and nothing else", async () => {
    await mountScreen({ kind: "verification", blind: true, lines: [makeLine(1, "Bolt", false, 0)] });
    await scan("BOLT");
    expect(".o_am_scanned").toHaveText("1");
    expect(".o_am_required, .o_am_remark, .progress").toHaveCount(0);
    expect(".o_am_progress_text").toHaveText("1 item counted");
    expect.verifySteps(["accepted"]);
});

test("of hundreds of lines those in view are drawn, the others as one comes to them", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => makeLine(index + 1, `Item ${index + 1}`, 1, 0));
    await mountScreen({ lines });
    expect(".o_am_line").toHaveCount(40);
    await scroll(".o_am_lines", { top: 100000 });
    await animationFrame();
    expect(queryAll(".o_am_line").length).toBe(80);
    await scan("ITEM 500");
    expect(".o_am_line:first .o_am_row_title").toHaveText("Item 500");
    expect.verifySteps(["accepted"]);
});

test("typing finds what is on the document", async () => {
    await mountScreen();
    await contains(".o_am_type").click();
    expect(".o_am_type_input").toBeFocused();
    await contains(".o_am_type_input").edit("nu", { confirm: false });
    await runAllTimers();
    await animationFrame();
    await contains(".o_am_suggestions button").click();
    expect(".o_am_outcome_item").toHaveText("Nut");
    expect.verifySteps(["accepted"]);
});

test("a word that means nothing says so", async () => {
    await mountScreen();
    await contains(".o_am_type").click();
    await typeInto(".o_am_type_input", "xyz");
    expect(".o_am_found_nothing").toHaveText(/Nothing is found/);
    await typeInto(".o_am_type_input", "nu");
    expect(".o_am_found_nothing").toHaveCount(0);
});

test("in a place, what nobody expected is found by typing as well", async () => {
    onRpc("stock.scan.resolver", "suggest", ({ args, kwargs }) => {
        expect.step([args, kwargs.kinds]);
        return [
            { kind: "product", model: "product.product", id: 101, product_id: 101, product: "Bolt" },
            { kind: "product", model: "product.product", id: 150, product_id: 150, product: "Bold pen" },
        ];
    });
    await mountScreen({ kind: "verification", location_id: 8 });
    await contains(".o_am_type").click();
    await contains(".o_am_type_input").edit("bol", { confirm: false });
    await runAllTimers();
    await animationFrame();
    expect(queryAllTexts(".o_am_suggestions .fw-bold")).toEqual(["Bolt", "Bold pen"]);
    await contains(".o_am_suggestions button:last").click();
    expect(outbox.events.at(-1)).toMatchObject({ product_id: 150 });
    expect(".o_am_outcome_item").toHaveText("Bold pen");
    expect.verifySteps([[["bol"], ["product", "lot"]], "accepted"]);
});

const makeReview = (values = {}) => ({ lines: [], summary: "1 of 2 items differs.", choices: [], warnings: [], problems: 0, ...values });

test("the review asks, and what was answered is submitted", async () => {
    const options = ["create", "cancel"].map((value) => ({ value, label: value, help: "" }));
    onRpc("stock.scan.session", "get_review", () =>
        makeReview({ choices: [{ name: "backorder", question: "What of the rest?", options, default: "create" }] })
    );
    onRpc("stock.scan.session", "action_submit", ({ args }) => {
        expect.step(args);
        return true;
    });
    await mountScreen({}, ReviewScreen);
    await animationFrame();
    expect(".o_am_summary").toHaveText("1 of 2 items differs.");
    expect(".o_am_choice_create").toHaveAttribute("aria-checked", "true");
    await contains(".o_am_choice_cancel").click();
    await contains(".o_am_submit").click();
    expect.verifySteps([[[7], { backorder: "cancel" }], "go done"]);
});

test("a question without an answer is shown, and nothing is submitted before it has one", async () => {
    const options = ["book", "keep"].map((value) => ({ value, label: value, help: "" }));
    onRpc("stock.scan.session", "get_review", () =>
        makeReview({ choices: [{ name: "rest", question: "What of the rest?", options, default: false }] })
    );
    onRpc("stock.scan.session", "action_submit", ({ args }) => {
        expect.step(args);
        return true;
    });
    await mountScreen({}, ReviewScreen);
    await animationFrame();
    expect(".o_am_unanswered").toHaveCount(0);
    await contains(".o_am_submit").click();
    expect("[data-choice=rest] .o_am_unanswered").toHaveCount(1);
    expect.verifySteps([]);
    await contains(".o_am_choice_keep").click();
    expect(".o_am_unanswered").toHaveCount(0);
    await contains(".o_am_submit").click();
    expect.verifySteps([[[7], { rest: "keep" }], "go done"]);
});

test("what still waits on the device cannot be reviewed", async () => {
    outbox.left = [{ client_uuid: "a", code: "BOLT" }];
    await mountScreen({}, ReviewScreen);
    await animationFrame();
    expect(".o_am_submit").not.toBeEnabled();
    expect(".o_am_review_body").toHaveText(/there is no network/);
});

test("the review comes by itself once everything is sent", async () => {
    onRpc("stock.scan.session", "get_review", () => makeReview());
    outbox.left = [{ client_uuid: "a", code: "BOLT" }];
    outbox.state.waiting = 1;
    await mountScreen({}, ReviewScreen);
    await animationFrame();
    expect(".o_am_summary").toHaveCount(0);
    outbox.left = [];
    outbox.state.waiting = 0;
    await waitFor(".o_am_summary");
    expect(".o_am_submit").toBeEnabled();
});

test("that there is no network shows before anything waits for it, and goes by itself", async () => {
    let isThere = false;
    onRpc("/web/webclient/version_info", () => (isThere ? { jsonrpc: "2.0", result: {} } : new Response("", { status: 502 })), {
        pure: true,
    });
    await mountScreen();
    expect(".o_am_sync").toHaveAttribute("data-status", "idle");
    browser.dispatchEvent(new Event("offline"));
    await animationFrame();
    expect(".o_am_sync").toHaveAttribute("data-status", "offline");
    await advanceTime(1000);
    await animationFrame();
    expect(".o_am_sync").toHaveAttribute("data-status", "offline");
    isThere = true;
    // It is asked again some time after the answer, which takes its own time to come.
    for (let tries = 0; tries < 20 && !queryAll(".o_am_sync[data-status=idle]").length; tries++) {
        await advanceTime(30000);
        await animationFrame();
    }
    expect(".o_am_sync").toHaveAttribute("data-status", "idle");
    expect(".o_am_sync_label").toHaveCount(0);
});

test("who may not submit cannot", async () => {
    onRpc("stock.scan.session", "get_review", () => makeReview());
    await mountScreen({ can_submit: false }, ReviewScreen);
    await animationFrame();
    expect(".o_am_submit").not.toBeEnabled();
});

test("a scan in the review puts right what the person is asked about", async () => {
    onRpc("stock.scan.session", "get_review", () => makeReview());
    const problem = { client_uuid: "p", code: "SCREW", outcome: "unknown", message: "Nothing is known by it.", matches: [] };
    await mountScreen({ problems: [problem] }, ReviewScreen);
    await contains(".o_am_review_body .btn-danger").click();
    await contains(".o_am_problem_choose").click();
    await scan("BOLT");
    await waitForNone(".o_am_sheet");
    await animationFrame();
    expect(outbox.events).toMatchObject([{ code: "BOLT", replaces: "p" }]);
    expect.verifySteps(["accepted"]);
});

test("a note that was written in the review is sent before it is submitted", async () => {
    onRpc("stock.scan.session", "get_review", () => makeReview());
    onRpc("stock.scan.session", "action_submit", () => {
        expect.step("submit");
        return true;
    });
    await mountScreen({}, ReviewScreen);
    await contains(".o_am_review_note").click();
    await contains(".o_am_session_note").edit("one leg was broken", { confirm: false });
    await contains(".o_am_sheet_close").click();
    await waitForNone(".o_am_sheet");
    await animationFrame();
    expect(".o_am_review_note").toHaveText("one leg was broken");
    expect(outbox.events).toMatchObject([{ note: "one leg was broken" }]);
    outbox.flush = async () => expect.step("flush");
    await contains(".o_am_submit").click();
    expect.verifySteps(["flush", "submit", "go done"]);
});

test("who scans in the review goes on scanning", async () => {
    onRpc("stock.scan.session", "get_review", () => makeReview());
    await mountScreen({}, ReviewScreen);
    await scan("BOLT");
    expect(outbox.events[0].code).toBe("BOLT");
    expect.verifySteps(["go scan", "accepted"]);
});
