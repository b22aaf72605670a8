/** What was taken out of a picture, in words. */
import { t } from "../text/text";
import type { TakenOut } from "./sanitise";

/** "2 scripts", "1 animation": the dangerous first. */
export function takenOutLines(takenOut: TakenOut): string[] {
  const { scripts, handlers, remote, pages, styles, animations, effects, other } = takenOut;
  const lines: [number, string][] = [
    [scripts, t("picture-out-scripts", { count: scripts })],
    [handlers, t("picture-out-handlers", { count: handlers })],
    [remote, t("picture-out-remote", { count: remote })],
    [pages, t("picture-out-pages", { count: pages })],
    [animations, t("picture-out-animations", { count: animations })],
    [effects, t("picture-out-effects", { count: effects })],
    [styles, t("picture-out-styles", { count: styles })],
    [other, t("picture-out-other", { count: other })],
  ];
  return lines.filter(([count]) => count > 0).map(([, line]) => line);
}
