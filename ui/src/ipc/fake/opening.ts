/** Played ways to other plants, and what this program says of itself. */
import type { Backend } from "../backend";
import type { OpeningKind } from "../bindings/OpeningKind";
import type { OpeningView } from "../bindings/OpeningView";
import { refused, said } from "./said";

/** In the browser's tab: the demo plant is open. */
const DEMO = "fake.demo";
const STEP_MS = 900;
/** As long as anybody looks. */
const SLOW_STEP_MS = 600_000;

export function playsDemo(): boolean {
  return globalThis.sessionStorage?.getItem(DEMO) === "on";
}

type Opening = Pick<
  Backend,
  "program" | "workspace" | "openDemo" | "openFolder" | "openOwn" | "opening" | "cancelOpening"
>;

export function fakeOpening(scene: string, folder: string): Opening {
  let view: OpeningView | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stepMs = scene === "slowdemo" ? SLOW_STEP_MS : STEP_MS;

  const begin = (what: OpeningKind, failure: string): OpeningView => {
    const first: OpeningView = {
      number: (view?.number ?? 0) + 1,
      what,
      step: what === "demo" ? "plant" : "workspace",
      failure: null,
    };
    view = first;
    const end = () => {
      if (failure !== "") view = { ...first, step: "failed", failure: said(failure) };
      else {
        globalThis.sessionStorage?.setItem(DEMO, what === "demo" ? "on" : "off");
        view = { ...first, step: "done" };
      }
    };
    timer = setTimeout(() => {
      if (what !== "demo" || failure !== "") return end();
      view = { ...first, step: "workspace" };
      timer = setTimeout(end, stepMs);
    }, stepMs);
    return first;
  };

  return {
    program: async () => ({
      version: "0.1.0",
      commit: "b2f6c01d9a4e",
      profile: "release",
      target: "x86_64-unknown-linux-gnu",
      compiler: "rustc 1.95.0",
    }),
    workspace: async () => ({
      folder,
      demo: playsDemo() || scene === "demo",
      demo_runs: playsDemo() || scene === "demo",
      own_folder: "/home/operator/riverside",
    }),
    openDemo: async () =>
      begin(
        "demo",
        scene === "nodemo"
          ? "the demo plant did not start, it ended at once (exit status: 1): cannot listen on 127.0.0.1. Its log is /home/operator/demo/plant.log; try again."
          : "",
      ),
    openFolder: async (path, make) => {
      if (!path.startsWith("/") && !path.startsWith("~/")) throw refused("error-no-folder", { path });
      if (!make && path.includes("empty")) throw refused("error-no-plant", { path });
      return begin("folder", "");
    },
    openOwn: async () => begin("own", ""),
    opening: async () => view,
    cancelOpening: async () => {
      clearTimeout(timer);
      if (view) view = { ...view, step: "cancelled" };
    },
  };
}
