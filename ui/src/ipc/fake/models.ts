/** Played asset types, twin models and mapping rules. */

import type { Backend } from "../backend";
import type { PlantFaultView } from "../bindings/PlantFaultView";
import type { RuleView } from "../bindings/RuleView";
import type { TwinModelView } from "../bindings/TwinModelView";
import type { TypeView } from "../bindings/TypeView";
import type { Did } from "./acts";
import { said, sentence } from "./said";

const PUMP = "dtmi:water:CentrifugalPump;2";

function pumpModel(file: string): TwinModelView {
  return {
    file,
    language: "DTDL v3",
    id: PUMP,
    name: "Centrifugal pump",
    description: "A pump with a variable speed drive.",
    signals: [
      {
        id: "flow",
        name: "Flow",
        path: "flow",
        role: "measurement",
        unit: "m³/h",
        unit_written: "cubicMetrePerHour",
        quantity: "VolumeFlowRate",
        writable: false,
        written: true,
      },
      {
        id: "motor_temperature",
        name: "Motor / Temperature",
        path: "motor.temperature",
        role: "measurement",
        unit: "°C",
        unit_written: "degreeCelsius",
        quantity: "Temperature",
        writable: false,
        written: false,
      },
      {
        id: "speedsetpoint",
        name: "Speed setpoint",
        path: "speedSetpoint",
        role: "setpoint",
        unit: "1/min",
        unit_written: "revolutionPerMinute",
        quantity: "AngularVelocity",
        writable: true,
        written: false,
      },
    ],
    relationships: ["feeds"],
    commands: ["start", "stop"],
    left_out: [{ path: "spectrum", text: sentence("leftout-array") }],
  };
}

const fault = (file: string): PlantFaultView => ({
  file,
  line: 12,
  key: "/contents/2/unit",
  rule: "unit-quantity",
  message: said("The unit degreeCelsius does not measure a Pressure. Choose a unit of pressure."),
});

/** What rules made of what was heard. */
export function fakeRules(): RuleView[] {
  return [
    {
      id: "meters",
      connection: "station",
      assets: 212,
      signals: 1_060,
      first: Array.from({ length: 20 }, (_, at) => `meter-${at + 1}`),
      left_out: [],
    },
  ];
}

/**
 * A path that holds "broken" has faults, one that holds "several" has two Interfaces, any other is imported. `edited`: a
 * model file was edited and cannot be used.
 */
export function fakeModels(edited: boolean, did: Did): Pick<Backend, "models" | "importModel"> {
  const types: TypeView[] = [
    {
      id: "centrifugal-pump",
      name: "Centrifugal, VSD",
      assets: 3,
      signals: 9,
      written: 7,
      dtmi: PUMP,
      model: pumpModel("models/pump.json"),
    },
    { id: "tank", name: "Tank", assets: 1, signals: 2, written: 2, dtmi: null, model: null },
  ];
  return {
    models: async () => ({ types: [...types], faults: edited ? [fault("models/pump.json")] : [] }),
    async importModel(path, choice) {
      const nothing = { type_id: null, file: null, choices: [], faults: [] };
      const name = path.split(/[/\\]/).pop() ?? path;
      if (name.includes("broken")) return { ...nothing, faults: [fault(name)] };
      if (name.includes("several") && choice === null) {
        return {
          ...nothing,
          choices: [
            { id: PUMP, name: "Centrifugal pump", signals: 3 },
            { id: "dtmi:water:Valve;1", name: "Valve", signals: 2 },
          ],
        };
      }
      const file = `models/${name}`;
      const id = name.replace(/\.[^.]*$/, "").toLowerCase();
      const model = pumpModel(file);
      const made = {
        id,
        name: model.name,
        assets: 0,
        signals: model.signals.length,
        written: 0,
        dtmi: choice ?? PUMP,
        model,
      };
      types.push(made);
      did("import-type", [model.name], () => types.splice(types.indexOf(made), 1));
      return { ...nothing, type_id: id, file };
    },
  };
}
