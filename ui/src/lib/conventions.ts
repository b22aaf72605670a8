/** The conventions that a payload rule can name, by what people call them. Names of products stay as they are. */
import { t } from "./text/text";

/** As the plant file writes them, each with its name; a test holds them equal to the program's. */
export const CONVENTIONS = [
  ["sparkplug-b", "Sparkplug B"],
  ["homie-5", "Homie 5"],
  ["homie-4", "Homie 4"],
  ["home-assistant", "Home Assistant"],
  ["zigbee2mqtt", "zigbee2mqtt"],
  ["chirpstack", "ChirpStack"],
  ["tts", "The Things Stack"],
  ["aws-shadow", "AWS IoT shadow"],
  ["aws-lifecycle", "AWS IoT lifecycle"],
  ["cloudevents", "CloudEvents"],
  ["azure-twin", "Azure device twin"],
  ["opcua-pubsub", "OPC UA PubSub"],
  ["opcua-monitored", "OPC Publisher"],
  ["thin-edge", "thin-edge.io"],
  ["tasmota", "Tasmota"],
  ["senml", "SenML"],
  ["uns", "ISA-95 / UNS"],
  ["json", "JSON"],
  ["csv", "CSV"],
  ["bare", ""],
  ["layout", ""],
] as const;

/** What people read for a convention; one that is not known stands as it is written. */
export function conventionName(name: string): string {
  if (name === "") return t("reading-as-look");
  if (name === "bare") return t("reading-as-bare");
  if (name === "layout") return t("reading-as-layout");
  return CONVENTIONS.find(([known]) => known === name)?.[1] ?? name;
}
