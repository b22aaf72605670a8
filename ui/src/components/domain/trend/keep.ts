/** A trend as it is seen, into a file. */
import type { Backend } from "../../../ipc/backend";
import { captionOf, type Told } from "./caption";
import { pictureOf, type Seen } from "./snapshot";

/** Null where there is nothing to be seen yet. */
export function seenPicture(seen: Seen, told: Omit<Told, "range" | "marks">): HTMLCanvasElement | null {
  const caption = captionOf({ ...told, range: [seen.frame.t0, seen.frame.t1], marks: seen.marks });
  return pictureOf(seen, caption, told.palette);
}

/** Writes it as a PNG file and gives its path; throws where it could not be packed or written. */
export async function savePicture(picture: HTMLCanvasElement, backend: Backend): Promise<string> {
  const packed = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, "image/png"));
  if (!packed) throw new Error("no picture");
  return backend.saveTrendPicture(new Uint8Array(await packed.arrayBuffer()));
}
