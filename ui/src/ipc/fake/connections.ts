/** The played station's brokers. */
import type { ConnectionForm } from "../bindings/ConnectionForm";
import type { ConnectionRow } from "../bindings/ConnectionRow";
import type { HeardRow } from "../bindings/HeardRow";
import type { TestReportView } from "../bindings/TestReportView";

const S = 1_000_000;

function form(id: string, name: string, host: string, port: number, tls: boolean): ConnectionForm {
  return {
    id,
    name,
    host,
    port,
    protocol: "mqtt5",
    tls,
    ca_file: tls ? "certificates/plant-ca.pem" : "",
    certificate_file: tls ? "certificates/twinscope.pem" : "",
    key_file: tls ? "certificates/twinscope.key" : "",
    username: "",
    password: null,
    subscriptions: [
      { filter: "spBv1.0/Riverside/#", qos: 1 },
      { filter: "zigbee2mqtt/#", qos: 1 },
    ],
    persistent_session: true,
    allow_rebirth: true,
  };
}

export function fakeConnections(start: number, troubled: boolean): ConnectionRow[] {
  return [
    {
      form: form("station", "Station broker", "broker.riverside.example", 8883, true),
      client_id: "twinscope-4f1c09",
      state: "up",
      since: start - 3 * 3600 * S,
      reason: "",
      security: "TLS 1.3, client certificate",
      messages: 184_202,
      samples: 6_412_880,
      dropped: 0,
      not_stored: 0,
      skipped: 0,
      rejects: troubled
        ? [
            {
              reason: "json-too-deep",
              count: 3,
              last_topic: "lab/analyser/raw",
              last_error: "nested deeper than 32 levels",
              last_excerpt: '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":',
              last_at: start - 41 * S,
            },
          ]
        : [],
      nodes: [
        {
          id: "Riverside/edge-1",
          state: "online",
          since: start - 3 * 3600 * S,
          metrics: 64,
          gaps: 0,
          can_rebirth: true,
        },
        {
          id: "Riverside/edge-2",
          state: troubled ? "offline" : "online",
          since: start - 192 * S,
          metrics: 38,
          gaps: troubled ? 1 : 0,
          can_rebirth: true,
        },
      ],
      unmapped: 2,
    },
    {
      form: form("lorawan", "LoRaWAN server", "10.20.0.14", 1883, false),
      client_id: "twinscope-4f1c09-l",
      state: "up",
      since: start - 3 * 3600 * S,
      reason: "",
      security: "not encrypted",
      messages: 182,
      samples: 1_092,
      dropped: 0,
      not_stored: 0,
      skipped: 0,
      rejects: [],
      nodes: [],
      unmapped: 0,
    },
  ];
}

export function fakeHeard(now: number): HeardRow[] {
  return [
    { address: "zigbee2mqtt/workshop_door#contact", value: "true", at: now - 12 * S, count: 44 },
    {
      address: "spBv1.0/Riverside/edge-1/pump-1#motor_current",
      value: "131.4",
      at: now - 0.4 * S,
      count: 10_803,
    },
  ];
}

export function fakeTest(form: ConnectionForm): TestReportView {
  const steps = [
    { step: "DNS", ok: true, message: `${form.host} is 10.20.0.12.`, advice: "" },
    { step: "TCP", ok: true, message: `Port ${form.port} answers in 2 ms.`, advice: "" },
  ];
  if (form.tls && form.ca_file === "") {
    steps.push({
      step: "TLS",
      ok: false,
      message: "The broker's certificate is signed by an authority that this computer does not know.",
      advice: "Give the CA file of the plant, or have the authority installed in the system.",
    });
    return { steps };
  }
  if (form.tls)
    steps.push({
      step: "TLS",
      ok: true,
      message: "TLS 1.3, the certificate is valid until 4 May 2027.",
      advice: "",
    });
  steps.push({ step: "MQTT", ok: true, message: "The broker accepts the connection.", advice: "" });
  steps.push({ step: "Subscribe", ok: true, message: "All filters granted.", advice: "" });
  return { steps };
}
