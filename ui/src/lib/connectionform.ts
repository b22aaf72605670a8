/** What a new connection begins with, and what is wrong with one as filled in. */
import type { ConnectionForm } from "../ipc/bindings/ConnectionForm";

export const PORT_TLS = 8883;
export const PORT_PLAIN = 1883;

export function newConnection(): ConnectionForm {
  return {
    id: "",
    name: "",
    host: "",
    port: PORT_TLS,
    protocol: "mqtt5",
    tls: true,
    ca_file: "",
    certificate_file: "",
    key_file: "",
    username: "",
    password: null,
    subscriptions: [{ filter: "spBv1.0/#", qos: 1 }],
    persistent_session: true,
    allow_rebirth: false,
  };
}

/** The usual port of the other transport, when the port was the usual one. */
export function portAfterTls(port: number, tls: boolean): number {
  if (tls && port === PORT_PLAIN) return PORT_TLS;
  if (!tls && port === PORT_TLS) return PORT_PLAIN;
  return port;
}

/** What is wrong with a topic filter, in words; empty when nothing is. */
export function filterProblem(filter: string): string {
  if (filter === "") return "Give a topic filter, such as spBv1.0/#.";
  const levels = filter.split("/");
  const hash = levels.findIndex((level) => level.includes("#"));
  if (hash >= 0 && (levels[hash] !== "#" || hash !== levels.length - 1)) {
    return "# stands alone, as the last level.";
  }
  return levels.some((level) => level.includes("+") && level !== "+") ? "+ stands alone in its level." : "";
}

export interface FormProblems {
  name: string;
  host: string;
  port: string;
  certificate: string;
  filters: string[];
}

export function formProblems(form: ConnectionForm, port: string): FormProblems {
  const number = Number(port);
  const half = (form.certificate_file === "") !== (form.key_file === "");
  return {
    name: form.name.trim() === "" ? "Give it a name." : "",
    host:
      form.host.trim() === ""
        ? "Give a host name or address."
        : /[\s/]/.test(form.host.trim())
          ? "Only the host: no scheme, no path."
          : "",
    port: Number.isInteger(number) && number >= 1 && number <= 65_535 ? "" : "1 to 65535.",
    certificate: form.tls && half ? "A client certificate needs its key, and a key its certificate." : "",
    filters: form.subscriptions.map(({ filter }) => filterProblem(filter.trim())),
  };
}

export function hasProblems(problems: FormProblems): boolean {
  const { filters, ...rest } = problems;
  return filters.length === 0 || [...filters, ...Object.values(rest)].some((problem) => problem !== "");
}
