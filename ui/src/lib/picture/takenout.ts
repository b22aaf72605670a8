/** What was taken out of a picture, in words. */
import { formatCount } from "../format";
import type { Reason } from "./allow";
import type { TakenOut } from "./sanitise";

const WORDS: Record<Reason, [one: string, many: string]> = {
  scripts: ["script", "scripts"],
  handlers: ["event handler", "event handlers"],
  remote: ["reference to something outside of the file", "references to something outside of the file"],
  pages: ["embedded page", "embedded pages"],
  styles: ["style that may not be used", "styles that may not be used"],
  animations: ["animation", "animations"],
  effects: ["filter effect", "filter effects"],
  other: ["unknown or too large element", "unknown or too large elements"],
};

/** "2 scripts", "1 animation": the dangerous first. */
export function takenOutLines(takenOut: TakenOut): string[] {
  return (Object.keys(WORDS) as Reason[])
    .filter((reason) => takenOut[reason] > 0)
    .map((reason) => `${formatCount(takenOut[reason])} ${WORDS[reason][takenOut[reason] === 1 ? 0 : 1]}`);
}
