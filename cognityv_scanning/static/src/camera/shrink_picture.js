// A code in a photo is read from far fewer pixels than a phone's camera gives, over a bad network.
const LONGEST_SIDE = 2000;
const SMALL_BYTES = 500000;
const QUALITY = 0.85;

/** Sides of a picture so that none is longer than `longest`, in the same proportion. */
export function fitInto(width, height, longest = LONGEST_SIDE) {
    const scale = Math.min(1, longest / Math.max(width, height));
    return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/**
 * A photo small enough to be sent.
 *
 * @param {File} file
 * @returns {Promise<Blob>} a JPEG; the file itself when it is small, or when this browser cannot open it
 */
export async function shrinkPicture(file) {
    if (file.size <= SMALL_BYTES) {
        return file;
    }
    let picture;
    try {
        picture = await createImageBitmap(file);
    } catch {
        // A format that this browser does not know (HEIC): the server may.
        return file;
    }
    const canvas = Object.assign(document.createElement("canvas"), fitInto(picture.width, picture.height));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
