import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, mockUserAgent } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, mountWithCleanup, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { Component, reactive, useState, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { RepeatGuard } from "@cognityv_scanning/camera/repeat_guard";
import { ScanCamera } from "@cognityv_scanning/camera/scan_camera";
import { FakeCamera } from "./camera_test_helpers";

defineMailModels();

let camera;

beforeEach(async () => {
    camera = await FakeCamera.install();
});

/** A phone held upright. */
class Phone extends Component {
    static components = { ScanCamera };
    static props = ["screen"];
    static template = xml`
        <div style="width: 390px; height: 340px">
            <ScanCamera t-if="screen.isOpen" onCode="(text) => this.props.screen.onCode(text)" paused="screen.paused"/>
        </div>`;
    setup() {
        this.screen = useState(this.props.screen);
    }
}

async function openPhone() {
    const screen = reactive({ isOpen: true, paused: false, onCode: (text) => expect.step(text) });
    await mountWithCleanup(Phone, { props: { screen } });
    return screen;
}

async function waitForPicture() {
    await contains(".o_scan_camera:not(:has(.o_scan_camera_wait)) video").focus();
}

/** Let the camera look so many times. Its pictures come in real time, the times between two looks are hoot's. */
async function look(times) {
    for (let time = 0; time < times; time++) {
        await advanceTime(110);
        await animationFrame();
        await animationFrame();
    }
}

describe("reading", () => {
    test("a QR code is read once while it stays in view, and again after it was away", async () => {
        camera.showQr("BOLT");
        await openPhone();
        await expect.waitForSteps(["BOLT"]);
        await look(15);
        expect.verifySteps([], { message: "still in view" });
        camera.clear();
        await look(25);
        camera.showQr("BOLT");
        await expect.waitForSteps(["BOLT"]);
    });

    test("one code after the other", async () => {
        camera.showQr("BOLT");
        await openPhone();
        await expect.waitForSteps(["BOLT"]);
        camera.showQr("NUT");
        await expect.waitForSteps(["NUT"]);
        camera.showQr("BOLT");
        await look(4);
        expect.verifySteps([], { message: "it has hardly been away" });
    });

    test("a QR code that is nearly as large as the picture is read", async () => {
        camera.showQr("LARGE", { size: 190 });
        await openPhone();
        await expect.waitForSteps(["LARGE"]);
    });

    test("what is not in the box is not read", async () => {
        camera.showQr("BESIDE", { size: 50, x: 0, y: 10 });
        await openPhone();
        await waitForPicture();
        await look(15);
        expect.verifySteps([]);
        camera.showQr("MIDDLE", { size: 50 });
        await expect.waitForSteps(["MIDDLE"]);
    });

    test("bars are read when they are asked for, QR codes as well; the choice is kept", async () => {
        camera.showBars("LT");
        const screen = await openPhone();
        await waitForPicture();
        await look(15);
        expect.verifySteps([]);
        await contains(".o_scan_bars[aria-pressed=false]").click();
        await expect.waitForSteps(["LT"]);
        camera.showQr("A QR CODE");
        await expect.waitForSteps(["A QR CODE"]);

        screen.isOpen = false;
        await animationFrame();
        camera.showBars("LT");
        screen.isOpen = true;
        await expect.waitForSteps(["LT"]);
        expect(".o_scan_bars").toHaveAttribute("aria-pressed", "true");
    });

    test("while paused the picture stays and nothing is read", async () => {
        const screen = await openPhone();
        await waitForPicture();
        screen.paused = true;
        await animationFrame();
        camera.showQr("BOLT");
        await look(15);
        expect.verifySteps([]);
        expect("video").toHaveCount(1);
        expect(camera.isOn).toBe(true);
        screen.paused = false;
        await expect.waitForSteps(["BOLT"]);
    });
});

describe("the camera", () => {
    test("is off when the screen closes, and when the page is hidden", async () => {
        const screen = await openPhone();
        await waitForPicture();
        expect(camera.isOn).toBe(true);
        patchWithCleanup(document, { hidden: true });
        await manuallyDispatchProgrammaticEvent(document, "visibilitychange");
        await animationFrame();
        expect(camera.isOn).toBe(false);
        patchWithCleanup(document, { hidden: false });
        await manuallyDispatchProgrammaticEvent(document, "visibilitychange");
        await waitForPicture();
        expect(camera.isOn).toBe(true);
        expect(camera.tracks).toHaveLength(2);
        screen.isOpen = false;
        await animationFrame();
        expect(camera.isOn).toBe(false);
    });

    test("asks for a sharper picture", async () => {
        await openPhone();
        await waitForPicture();
        expect(camera.constraints).toEqual([{ width: { ideal: 1280 }, height: { ideal: 720 } }]);
        expect(".o_scan_torch").toHaveCount(0);
    });

    test("switches its light on and off, where it has one", async () => {
        camera.capabilities = { torch: true };
        await openPhone();
        await contains(".o_scan_torch[aria-pressed=false]").click();
        await contains(".o_scan_torch[aria-pressed=true]").click();
        await contains(".o_scan_torch[aria-pressed=false]").focus();
        expect(camera.constraints.slice(1)).toEqual([{ advanced: [{ torch: true }] }, { advanced: [{ torch: false }] }]);
    });

    test("that is taken away says so, and comes back", async () => {
        await openPhone();
        await waitForPicture();
        camera.tracks[0].dispatchEvent(new Event("ended"));
        await contains(".o_scan_camera_problem:contains(Another app may be using it)").focus();
        await contains(".o_scan_camera_problem button").click();
        camera.showQr("BOLT");
        await expect.waitForSteps(["BOLT"]);
    });

    test("a code that is seen badly does not end it", async () => {
        await openPhone();
        await waitForPicture();
        const { prototype } = window.ZXing.MultiFormatReader;
        let isBad = true;
        patchWithCleanup(prototype, {
            decodeWithState() {
                if (isBad) {
                    throw new Error("ChecksumException");
                }
                return super.decodeWithState(...arguments);
            },
        });
        camera.showQr("BOLT");
        await look(10);
        expect(".o_scan_camera_problem").toHaveCount(0);
        isBad = false;
        await expect.waitForSteps(["BOLT"]);
    });
});

describe("without a picture it says what to do", () => {
    async function expectAdvice(title, advice) {
        await openPhone();
        await contains(".o_scan_camera_problem").focus();
        expect(".o_scan_camera_problem strong").toHaveText(title);
        expect(".o_scan_camera_problem span").toHaveText(new RegExp(advice));
    }

    test("no camera", async () => {
        camera.failure = new DOMException("x", "NotFoundError");
        camera.devices = [];
        await expectAdvice("No camera found", "Connect a camera and try again");
        camera.failure = null;
        camera.showQr("BOLT");
        await contains(".o_scan_camera_problem button").click();
        await expect.waitForSteps(["BOLT"]);
    });

    test("not allowed", async () => {
        camera.failure = new DOMException("x", "NotAllowedError");
        camera.devices = [{ kind: "videoinput", label: "" }];
        await expectAdvice("The camera is not allowed", "allow the camera, and try again");
    });

    test("in use by another app", async () => {
        camera.failure = new DOMException("x", "NotReadableError");
        await expectAdvice("The camera does not start", "close that app and try again");
    });

    test("an address without https", async () => {
        patchWithCleanup(browser.navigator, { mediaDevices: undefined });
        patchWithCleanup(window, { isSecureContext: false });
        await expectAdvice("No camera on this address", "addresses that begin with https");
        await contains(".o_scan_camera_problem button").click();
        await contains(".o_scan_camera_problem").focus();
    });

    test("a browser without camera", async () => {
        patchWithCleanup(browser.navigator, { mediaDevices: undefined });
        await expectAdvice("This browser has no camera", "Take a photo of the code");
    });
});

test("in Odoo's mobile app the scan button of core, which the app takes over, stands in its place", async () => {
    mockUserAgent("OdooMobile (Linux; Android 1000)");
    await openPhone();
    expect("video").toHaveCount(0);
    expect(".o_mobile_barcode").toHaveCount(1);
    expect(camera.isOn).toBe(false);
});

test("a code is new again after a second and three frames out of view", async () => {
    const guard = new RepeatGuard();
    const isSeen = (text) => {
        guard.startFrame();
        return text ? guard.isNew(text) : false;
    };
    expect(isSeen("A")).toBe(true);
    expect(isSeen("A")).toBe(false);
    expect(isSeen("B")).toBe(true);
    expect(isSeen("A")).toBe(false);
    for (let frame = 0; frame < 10; frame++) {
        isSeen();
    }
    expect(isSeen("A")).toBe(false, { message: "ten frames, but no second" });
    await advanceTime(1100);
    isSeen();
    expect(isSeen("A")).toBe(false, { message: "a second, but hardly a frame" });
    await advanceTime(1100);
    [1, 2, 3, 4].forEach(() => isSeen());
    expect(isSeen("A")).toBe(true);
});
