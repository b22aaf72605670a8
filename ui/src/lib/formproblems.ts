/** What can be wrong with any field of a form, in words; empty when nothing is. */
import { t } from "./text/text";

/** As it may be written into the field: without thousands separators. */
export const between = (least: number, most: number) =>
  t("fields-number-between", { least: String(least), most: String(most) });

/** Empty is always right: the program's own choice. */
export function numberProblem(text: string, least: number, most: number, whole: boolean): string {
  if (text.trim() === "") return "";
  const number = Number(text);
  const fits = number >= least && number <= most && (!whole || Number.isInteger(number));
  return fits ? "" : between(least, most);
}

/** Of a topic filter. */
export function filterProblem(filter: string): string {
  if (filter === "") return t("fields-need-filter");
  const levels = filter.split("/");
  const hash = levels.findIndex((level) => level.includes("#"));
  if (hash >= 0 && (levels[hash] !== "#" || hash !== levels.length - 1)) {
    return t("fields-hash-last");
  }
  return levels.some((level) => level.includes("+") && level !== "+") ? t("fields-plus-alone") : "";
}
