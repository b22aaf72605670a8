/** What was taken out of a picture, in words. */
import { t } from "../text/text";
import type { TakenOut } from "./sanitise";

const REASONS = [
  "scripts",
  "handlers",
  "remote",
  "pages",
  "animations",
  "effects",
  "styles",
  "other",
] as const satisfies readonly (keyof TakenOut)[];

/** "2 scripts", "1 animation": the dangerous first. */
export function takenOutLines(takenOut: TakenOut): string[] {
  return REASONS.filter((reason) => takenOut[reason] > 0).map((reason) =>
    t(`picture-out-${reason}`, { count: takenOut[reason] }),
  );
}
