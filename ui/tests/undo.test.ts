// @vitest-environment happy-dom
/** What was done can be taken back: where it is said, and for as long as the program keeps it. */
import { mount, tick, unmount } from "svelte";
import { afterEach, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import { fakeBackend } from "../src/ipc/fake";
import { Live } from "../src/live/live.svelte";
import { notices } from "../src/live/notices.svelte";
import { router } from "../src/live/router.svelte";
import { recorder } from "./canvas";

let end: (() => Promise<void>) | undefined;
let live: Live;
afterEach(async () => {
  live.stop();
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  notices.closeAll();
  vi.restoreAllMocks();
});

const waitFor = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000 });
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
async function shown(id: string): Promise<HTMLElement> {
  await waitFor(() => expect(byId(id)).not.toBeNull());
  return byId(id) as HTMLElement;
}

async function open(hash: string, backend: Backend = fakeBackend("fault")): Promise<Backend> {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(() => recorder().context as never);
  live = new Live(backend);
  window.location.hash = hash;
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  await tick();
  return backend;
}

const last = () => notices.list.at(-1);

it("a removed connection is listed where connections are, until it is back", async () => {
  await open("#/connections");
  await shown("connection-lorawan");
  expect(byId("connections-removed")).toBeNull();
  await live.backend.removeConnection("lorawan");
  await live.refreshConnections();
  await live.acts.tell("removed");
  notices.closeAll();
  const list = await shown("connections-removed");
  expect(list.textContent).toContain("LoRaWAN server");
  expect(list.textContent).toMatch(/10\smin/);
  list.querySelector<HTMLElement>("button")?.click();
  await shown("connection-lorawan");
  await waitFor(() => expect(byId("connections-removed")).toBeNull());
  expect(last()?.text).toBe("Taken back: The connection LoRaWAN server was removed.");
});

it("what a later change stands before waits for that, and says so", async () => {
  const backend = await open("#/connections");
  await backend.removeConnection("lorawan");
  await live.acts.tell("removed");
  const form = live.connections.find((row) => row.form.id === "well")?.form;
  if (!form) throw new Error("the played plant has a well");
  await backend.saveConnection({ ...form, port: 5 }, form);
  await live.acts.tell("changed");
  const list = await shown("connections-removed");
  await waitFor(() => expect(list.textContent).toContain("plant.toml was changed since"));
  expect(list.querySelector("button")?.disabled).toBe(true);
  const [removed, changed] = live.acts.list;
  if (!removed || !changed) throw new Error("both are kept");
  await live.acts.undo(removed);
  expect(notices.list.some(({ failed, text }) => failed && text.includes("changed since"))).toBe(true);
  // It can still be had, once the way is free.
  expect(notices.list.some(({ text, undo }) => text.includes("was removed") && undo)).toBe(true);
  await live.acts.undo(changed);
  await waitFor(() => expect(list.querySelector("button")?.disabled).toBe(false));
});

it("an acceptance is taken back above the list of proposals", async () => {
  await open("#/discovery");
  (await shown("found-blower")).click();
  await waitFor(() => expect(live.discovery.proposal?.row.asset.id).toBe("blower"));
  (await shown("found-accept")).click();
  await waitFor(() => expect(byId("accept-write")).toMatchObject({ disabled: false }));
  byId("accept-write")?.click();
  const undo = await shown("told-undo-accept");
  expect((await live.backend.plant()).assets.some(({ id }) => id === "blower")).toBe(true);
  // The notice waits among the others: on another screen it is the way back.
  expect(notices.shown).toEqual([]);
  expect(notices.list.filter((one) => one.undo)).toHaveLength(1);
  undo.click();
  await waitFor(async () =>
    expect((await live.backend.plant()).assets.some(({ id }) => id === "blower")).toBe(false),
  );
  await waitFor(() => expect(byId("told-undo-accept")).toBeNull());
  await shown("found-blower");
  expect(notices.list.filter((one) => one.undo)).toHaveLength(0);
});

it("a window that is loaded anew offers what the one before could, and each thing once", async () => {
  const backend = await open("#/alarms");
  await backend.removeConnection("lorawan");
  await backend.importModel("/home/ann/valve.json", null);
  live.stop();
  await end?.();
  notices.closeAll();
  await open("#/alarms", backend);
  await waitFor(() => expect(notices.list).toHaveLength(2));
  expect(notices.shown).toEqual([]);
  expect(notices.list.map(({ text }) => text)[0]).toBe("The connection LoRaWAN server was removed.");
  await live.acts.tell("nothing new");
  expect(notices.list.map(({ text }) => text)).toHaveLength(3);
  expect(last()?.undo).toBeUndefined();
});

it("nothing is taken back while the past is shown", async () => {
  const backend = await open("#/connections");
  await backend.removeConnection("lorawan");
  await live.acts.tell("removed");
  live.past.go(live.instant() - 3_600_000_000);
  await waitFor(() => expect(live.past.on).toBe(true));
  const [act] = live.acts.list;
  if (!act) throw new Error("it is kept");
  await live.acts.undo(act);
  expect(notices.list.some(({ failed }) => failed)).toBe(true);
  expect(live.acts.list).toHaveLength(1);
  router.go({ screen: "alarms" });
});
