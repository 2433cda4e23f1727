import { expect, test } from "@odoo/hoot";
import { setInputFiles, waitForNone } from "@odoo/hoot-dom";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { ScanPhoto } from "@cognityv_scanning/camera/scan_photo";
import { fitInto, shrinkPicture } from "@cognityv_scanning/camera/shrink_picture";

const ROUTE = "/cognityv_scanning/photo";

defineMailModels();

/** A photo of noise: it does not get small by being a JPEG. */
function takePhoto(width, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    const noise = context.createImageData(width, height);
    for (let index = 0; index < noise.data.length; index++) {
        noise.data[index] = Math.random() * 256;
    }
    context.putImageData(noise, 0, 0);
    return new Promise((resolve) => {
        canvas.toBlob((blob) => resolve(new File([blob], "photo.png", { type: "image/png" })));
    });
}

async function send(file) {
    await mountWithCleanup(ScanPhoto, { props: { onCode: (text) => expect.step(text) } });
    await contains(".o_scan_photo .btn").click();
    await setInputFiles(file);
    await animationFrame();
}

function answer(codes) {
    onRpc(ROUTE, () => new Response(JSON.stringify({ codes }), { headers: { "Content-Type": "application/json" } }), {
        pure: true,
    });
}

test("the code of a photo is given", async () => {
    onRpc(ROUTE, async (request) => {
        const body = await request.formData();
        expect.step([body.get("photo").name, body.has("csrf_token")]);
        return new Response(JSON.stringify({ codes: [{ text: "BOLT", format: "QRCODE" }] }), {
            headers: { "Content-Type": "application/json; charset=utf-8" },
        });
    }, { pure: true });
    await send(await takePhoto(40, 30));
    await expect.waitForSteps([["photo.png", true], "BOLT"]);
    await contains(".o_scan_photo .btn:enabled").click();
});

test("of several codes the person says which count", async () => {
    answer([{ text: "BOLT", format: "QRCODE" }, { text: "NUT", format: "CODE128" }, { text: "GLUE", format: "CODE128" }]);
    await send(await takePhoto(40, 30));
    await contains(".o_scan_photo_code:contains(NUT)").click();
    await contains(".o_scan_photo_code:contains(BOLT)").click();
    expect.verifySteps(["NUT", "BOLT"]);
    expect(".o_scan_photo_code").toHaveText("GLUE");
    await contains(".o_am_sheet_close").click();
    expect(".o_scan_photo_code").toHaveCount(0);
});

test("that a photo is being read is seen", async () => {
    const answered = new Deferred();
    onRpc(ROUTE, () => answered, { pure: true });
    await send(await takePhoto(40, 30));
    expect(".o_scan_photo_busy").toHaveText(/is being read/);
    answered.resolve(new Response(JSON.stringify({ codes: [] }), { headers: { "Content-Type": "application/json" } }));
    await waitForNone(".o_scan_photo_busy");
    expect(".o_scan_photo_busy").toHaveCount(0);
});

test("a photo without a code says so", async () => {
    answer([]);
    await send(await takePhoto(40, 30));
    await contains(".o_notification:contains(No code was found in the photo)").focus();
});

test("what the server does not take is said in its words, or in ours", async () => {
    onRpc(ROUTE, () => new Response("<html/>", { status: 413 }), { pure: true });
    await send(await takePhoto(40, 30));
    await contains(".o_notification:contains(413)").focus();
});

test("a huge photo is made smaller before it is sent, a small one is not touched", async () => {
    const huge = await takePhoto(2600, 1300);
    const sent = await shrinkPicture(huge);
    expect(sent.type).toBe("image/jpeg");
    expect(sent.size).toBeLessThan(huge.size);
    const picture = await createImageBitmap(sent);
    expect([picture.width, picture.height]).toEqual([2000, 1000]);
    const small = await takePhoto(40, 30);
    expect(await shrinkPicture(small)).toBe(small);
    const unknown = new File([new Uint8Array(600000)], "photo.heic");
    expect(await shrinkPicture(unknown)).toBe(unknown);
});

test("sides of a smaller picture", () => {
    expect(fitInto(4000, 3000)).toEqual({ width: 2000, height: 1500 });
    expect(fitInto(3000, 4000)).toEqual({ width: 1500, height: 2000 });
    expect(fitInto(800, 600)).toEqual({ width: 800, height: 600 });
});
