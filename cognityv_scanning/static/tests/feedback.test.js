import { expect, test } from "@odoo/hoot";
import { OUTCOMES } from "@cognityv_scanning/app/feedback/outcomes";
import { ScanOutcome } from "@cognityv_scanning/app/outcome/scan_outcome";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, getService, makeMockEnv, mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

defineMailModels();

const TOLD = ["accepted", "unknown", "over", "refused"];

/** An audio context that tells what it is asked to play. */
class FakeAudioContext {
    currentTime = 0;
    state = "running";
    destination = {};

    createOscillator() {
        const frequency = { value: 0 };
        return { frequency, connect: (node) => node, start: () => expect.step(frequency.value), stop: () => {} };
    }

    createGain() {
        return { gain: { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} }, connect: (node) => node };
    }
}

async function startFeedback() {
    patchWithCleanup(browser, {
        AudioContext: FakeAudioContext,
        navigator: { vibrate: (pattern) => expect.step(pattern) },
    });
    await makeMockEnv();
    return getService("scan_feedback");
}

test("the four outcomes differ in colour, icon, sound and vibration", () => {
    for (const aspect of ["color", "icon", "tones", "vibration"]) {
        expect(new Set(TOLD.map((outcome) => JSON.stringify(OUTCOMES[outcome][aspect]))).size).toBe(4);
    }
});

test("an outcome is heard and felt", async () => {
    const feedback = await startFeedback();
    feedback.tell("accepted");
    expect.verifySteps([1320, [50]]);
    feedback.tell("refused");
    expect.verifySteps([170, [500]]);
});

test("what waits for the server says nothing yet", async () => {
    const feedback = await startFeedback();
    feedback.tell("waiting");
    expect.verifySteps([]);
});

test("sound and vibration are switched off, each for itself, and stay off on this device", async () => {
    const feedback = await startFeedback();
    feedback.toggle("sound");
    feedback.tell("accepted");
    expect.verifySteps([[50]]);
    feedback.toggle("vibration");
    feedback.tell("accepted");
    expect.verifySteps([]);
    expect(browser.localStorage.getItem("cognityv_scanning.sound")).toBe("off");
    feedback.toggle("sound");
    feedback.tell("accepted");
    expect.verifySteps([1320]);
});

test("an outcome is seen: its colour, its icon, its word", async () => {
    await mountWithCleanup(ScanOutcome, { props: { outcome: "over", item: "Bolt", message: "2 of 2 scanned." } });
    expect("[data-outcome=over]").toHaveClass("text-bg-warning");
    expect("[data-outcome=over] .fa-exclamation-triangle").toHaveCount(1);
    expect(".o_am_outcome_title").toHaveText("TOO MUCH");
});

test("an outcome that asks shows its answers", async () => {
    const options = ["add", "leave"].map((name) => ({ name, label: name, run: () => expect.step(name) }));
    await mountWithCleanup(ScanOutcome, { props: { outcome: "over", item: "Bolt", options } });
    await contains(".o_am_option_leave").click();
    expect.verifySteps(["leave"]);
});
