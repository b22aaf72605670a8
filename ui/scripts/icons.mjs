// Draws every icon size from icons/twinscope.svg: `npm run icons`. Needs rsvg-convert (Debian: librsvg2-bin).
// The .ico and .icns containers hold the PNG files as they are, so that no other tool is needed.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../icons/", import.meta.url));

function png(source, size) {
  return execFileSync(
    "rsvg-convert",
    ["--width", String(size), "--height", String(size), `${folder}${source}`],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  );
}

/** Windows: a directory of images, 16 bytes each, then the images. */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(({ size, data }, i) => {
    const at = 6 + 16 * i;
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(data.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += data.length;
  });
  return Buffer.concat([head, ...images.map(({ data }) => data)]);
}

/** macOS: blocks of a four letter type, the length with its head, and the image. */
function icns(images) {
  const blocks = images.map(({ type, data }) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, "ascii");
    head.writeUInt32BE(data.length + 8, 4);
    return Buffer.concat([head, data]);
  });
  const body = Buffer.concat(blocks);
  const head = Buffer.alloc(8);
  head.write("icns", 0, "ascii");
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

const draw = (size) => png("twinscope.svg", size);
const files = {
  "32x32.png": draw(32),
  "128x128.png": draw(128),
  "128x128@2x.png": draw(256),
  "icon.png": draw(512),
  "tray.png": png("tray.svg", 64),
  "icon.ico": ico([16, 24, 32, 48, 64, 128, 256].map((size) => ({ size, data: draw(size) }))),
  "icon.icns": icns([
    { type: "icp4", data: draw(16) },
    { type: "icp5", data: draw(32) },
    { type: "ic07", data: draw(128) },
    { type: "ic08", data: draw(256) },
    { type: "ic09", data: draw(512) },
    { type: "ic10", data: draw(1024) },
  ]),
};
for (const [name, data] of Object.entries(files)) {
  writeFileSync(`${folder}${name}`, data);
  console.log(`${name} ${data.length} bytes`);
}
