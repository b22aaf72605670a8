/** Payloads as bytes: from the digits that the program sends to lines that a person reads. */

/** Bytes of a line. */
const LINE = 16;

/** From two hexadecimal digits a byte. */
export function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(digits.length / 2));
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/**
 * The text that bytes are, or null when they are none: not UTF-8, or with control characters. `cut`: they may end in the
 * middle of a letter.
 */
export function textOf(bytes: Uint8Array, cut: boolean): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || (code >= 127 && code < 160)) return null;
    }
    return text;
  } catch {
    return null;
  }
}

/** Lines of offset, 16 bytes and their characters, as hex editors show them. */
export function hexDump(bytes: Uint8Array, most: number): string {
  const lines: string[] = [];
  const end = Math.min(bytes.length, most);
  for (let at = 0; at < end; at += LINE) {
    const part = [...bytes.subarray(at, Math.min(at + LINE, end))];
    const digits = part.map((byte) => byte.toString(16).padStart(2, "0"));
    const hex = `${digits.slice(0, 8).join(" ")}  ${digits.slice(8).join(" ")}`;
    const letters = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(LINE * 3 + 1)} ${letters}`);
  }
  return lines.join("\n");
}
