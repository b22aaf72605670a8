// An edge node made of npm's sparkplug-client.
//
// node edge.js <url> <group> <node>
//
// Reads commands from its input, one a line, and answers each with a line of JSON: what it published, as
// { "<address>": <value>, ... }. Commands: `births`, `data`, `packed DEFLATE`, `packed GZIP`, `template`,
// `device-death`, `stop`. A rebirth command from the broker is answered with both births and the line {"rebirth":true}.
"use strict";

const readline = require("node:readline");
const sparkplug = require("sparkplug-client");

const [url, group, node] = process.argv.slice(2);
const device = "press";
const client = sparkplug.newClient({
  serverUrl: url,
  username: "",
  password: "",
  groupId: group,
  edgeNode: node,
  clientId: `peer-${node}`,
  publishDeath: true,
  version: "spBv1.0",
});

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const of = (name) => `spBv1.0/${group}/${node}#${name}`;
const ofDevice = (name) => `spBv1.0/${group}/${node}/${device}#${name}`;
let round = 0;

function nodeBirth() {
  return {
    timestamp: Date.now(),
    metrics: [
      { name: "Node Control/Rebirth", type: "Boolean", value: false },
      { name: "plain/int8", type: "Int8", value: -128 },
      { name: "plain/int16", type: "Int16", value: -300 },
      { name: "plain/int32", type: "Int32", value: -70000 },
      { name: "plain/uint8", type: "UInt8", value: 200 },
      { name: "plain/uint32", type: "UInt32", value: 4000000000 },
      { name: "plain/float", type: "Float", value: 1.5, alias: 7 },
      {
        name: "plain/double",
        type: "Double",
        value: 2.25,
        alias: 8,
        metadata: { description: "flow at the inlet" },
        properties: {
          engUnit: { type: "String", value: "m3/h" },
          engLow: { type: "Double", value: 0 },
          engHigh: { type: "Double", value: 40 },
        },
      },
      { name: "plain/boolean", type: "Boolean", value: true },
      { name: "plain/string", type: "String", value: "héllo 水" },
      { name: "plain/bad", type: "Int32", value: 3, properties: { Quality: { type: "Int32", value: 0 } } },
      { name: "raw", type: "Bytes", value: new Uint8Array([0, 1, 255]) },
      {
        name: "batch",
        type: "DataSet",
        value: {
          numOfColumns: 2,
          types: ["Int32", "String"],
          columns: ["number", "name"],
          rows: [
            [1, "first"],
            [2, "last"],
          ],
        },
      },
      {
        name: "_types_/Motor",
        type: "Template",
        value: {
          version: "1",
          isDefinition: true,
          metrics: [
            { name: "rpm", type: "Int32", value: 0 },
            { name: "amps", type: "Double", value: 0 },
          ],
          parameters: [{ name: "index", type: "Int32", value: 0 }],
        },
      },
      {
        name: "motor 1",
        type: "Template",
        alias: 9,
        value: {
          templateRef: "Motor",
          isDefinition: false,
          version: "1",
          metrics: [
            { name: "rpm", type: "Int32", value: 1450 },
            { name: "amps", type: "Double", value: 3.5 },
          ],
          parameters: [{ name: "index", type: "Int32", value: 1 }],
        },
      },
    ],
  };
}

function deviceBirth() {
  return {
    timestamp: Date.now(),
    metrics: [
      { name: "force", type: "Double", value: 10.5, alias: 20 },
      { name: "closed", type: "Boolean", value: false, alias: 21 },
    ],
  };
}

function births() {
  client.publishNodeBirth(nodeBirth());
  client.publishDeviceBirth(device, deviceBirth());
}

const born = () => ({
  [of("plain/int8")]: -128,
  [of("plain/int16")]: -300,
  [of("plain/int32")]: -70000,
  [of("plain/uint8")]: 200,
  [of("plain/uint32")]: 4000000000,
  [of("plain/float")]: 1.5,
  [of("plain/double")]: 2.25,
  [of("plain/boolean")]: true,
  [of("plain/string")]: "héllo 水",
  [of("plain/bad")]: 3,
  [of("raw.size")]: 3,
  [of("batch.rows")]: 2,
  [of("batch.number")]: 2,
  [of("batch.name")]: "last",
  [of("motor 1/rpm")]: 1450,
  [of("motor 1/amps")]: 3.5,
  [ofDevice("force")]: 10.5,
  [ofDevice("closed")]: false,
});

/** Data by alias alone, with or without packing. */
function data(options) {
  round += 1;
  const flow = 100 + round;
  const force = -round - 0.5;
  client.publishNodeData(
    { timestamp: Date.now(), metrics: [{ alias: 8, type: "Double", value: flow }] },
    options,
  );
  client.publishDeviceData(
    device,
    {
      timestamp: Date.now(),
      metrics: [
        { alias: 20, type: "Double", value: force },
        { alias: 21, type: "Boolean", value: round % 2 === 1 },
      ],
    },
    options,
  );
  return {
    [of("plain/double")]: flow,
    [ofDevice("force")]: force,
    [ofDevice("closed")]: round % 2 === 1,
  };
}

/** Some members of a template, by the alias of the whole. */
function template() {
  round += 1;
  const rpm = -1000 - round;
  client.publishNodeData({
    timestamp: Date.now(),
    metrics: [
      {
        alias: 9,
        type: "Template",
        value: {
          templateRef: "Motor",
          isDefinition: false,
          metrics: [{ name: "rpm", type: "Int32", value: rpm }],
          parameters: [],
        },
      },
    ],
  });
  return { [of("motor 1/rpm")]: rpm, [of("motor 1/amps")]: 3.5 };
}

function run(line) {
  const [command, argument] = line.trim().split(" ");
  switch (command) {
    case "births":
      births();
      return born();
    case "data":
      return data();
    case "packed":
      return data({ compress: true, algorithm: argument });
    case "template":
      return template();
    case "device-death":
      client.publishDeviceDeath(device, { timestamp: Date.now(), metrics: [] });
      return {};
    case "stop":
      client.stop();
      return {};
    default:
      return { error: `what is ${command}?` };
  }
}

client.on("ncmd", (payload) => {
  const asks = (metric) => metric.name === "Node Control/Rebirth" && metric.value === true;
  if (payload.metrics.some(asks)) {
    births();
    say({ rebirth: true });
  }
});
client.on("error", (error) => say({ error: String(error) }));

let begun = false;
client.on("birth", () => {
  if (begun) {
    return;
  }
  begun = true;
  say({ connected: true });
  const input = readline.createInterface({ input: process.stdin });
  input.on("line", (line) => say(run(line)));
  input.on("close", () => client.stop());
});
