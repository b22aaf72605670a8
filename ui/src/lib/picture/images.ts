/** Images inside a picture: PNG or JPEG in the file itself, and no larger than can be painted. */

/** Most pixels of all images of a picture together. */
export const PIXELS_MAX = 24_000_000;

const DATA = /^data:image\/(png|jpe?g);base64,([A-Za-z0-9+/=\s]*)$/i;
/** The size of a JPEG stands behind its tables and thumbnails. */
const HEAD_BYTES = 262_144;

/** Pixels of an image by its data address; null when it is none that may be shown. */
export function imagePixels(href: string): number | null {
  const match = DATA.exec(href);
  if (!match) return null;
  const head = (match[2] ?? "").slice(0, HEAD_BYTES * 2).replaceAll(/\s/g, "");
  const whole = head.slice(0, Math.min(head.length - (head.length % 4), HEAD_BYTES));
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(whole), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
  const view = new DataView(bytes.buffer);
  const size = (match[1] ?? "").toLowerCase() === "png" ? pngSize(view) : jpegSize(view);
  return pixelsOf(size);
}

function pixelsOf(size: [number, number] | null): number | null {
  return size === null || size[0] === 0 || size[1] === 0 ? null : size[0] * size[1];
}

/** Pixels of a PNG or JPEG file; null when it is neither. */
export function filePixels(bytes: ArrayBuffer): number | null {
  const view = new DataView(bytes);
  return pixelsOf(pngSize(view) ?? jpegSize(view));
}

function pngSize(view: DataView): [number, number] | null {
  if (view.byteLength < 24 || view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452)
    return null;
  return [view.getUint32(16), view.getUint32(20)];
}

function jpegSize(view: DataView): [number, number] | null {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    // A start of frame of any kind but the tables that share its numbers.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}
