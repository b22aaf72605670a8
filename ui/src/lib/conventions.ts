/** The conventions that a payload rule can name, by what people call them. */
import { t } from "./text/text";

/** As the plant file writes them; a test holds them equal to the program's. */
export const CONVENTIONS = [
  "sparkplug-b",
  "homie-5",
  "homie-4",
  "home-assistant",
  "zigbee2mqtt",
  "chirpstack",
  "tts",
  "aws-shadow",
  "aws-lifecycle",
  "cloudevents",
  "azure-twin",
  "opcua-pubsub",
  "opcua-monitored",
  "thin-edge",
  "tasmota",
  "senml",
  "uns",
  "json",
  "csv",
  "bare",
  "layout",
] as const;

/** What people read for a convention; one that is not known stands as it is written. */
export function conventionName(name: string): string {
  if (name === "") return t("reading-as-look");
  const known = CONVENTIONS.find((convention) => convention === name);
  return known === undefined ? name : t(`reading-as-${known}`);
}
