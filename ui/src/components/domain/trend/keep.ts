/** A trend as it is seen, as a picture. */
import { captionOf, type Told } from "./caption";
import { pictureOf, type Seen } from "./snapshot";

/** Null where there is nothing to be seen yet. */
export function seenPicture(seen: Seen, told: Omit<Told, "range" | "marks">): HTMLCanvasElement | null {
  const caption = captionOf({ ...told, range: [seen.frame.t0, seen.frame.t1], marks: seen.marks });
  return pictureOf(seen, caption, told.palette);
}
