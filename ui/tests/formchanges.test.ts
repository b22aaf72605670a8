// @vitest-environment happy-dom
/** A connection's form that is not what it was: reports of another form, and hand edits made meanwhile. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import LimitFigures from "../src/components/domain/LimitFigures.svelte";
import type { Backend } from "../src/ipc/backend";
import type { ConnectionForm } from "../src/ipc/bindings/ConnectionForm";
import type { SavedView } from "../src/ipc/bindings/SavedView";
import { fakeBackend } from "../src/ipc/fake";
import { newConnection, newResource, newSubscription } from "../src/lib/connectionform";
import { changesBetween, isLookOf } from "../src/lib/formchanges";
import { Live } from "../src/live/live.svelte";

const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

async function open(change: Partial<Backend>): Promise<void> {
  const live = new Live({ ...fakeBackend("normal"), ...change });
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  window.location.hash = "#/connections";
  await vi.waitFor(() => expect(byId("connection-station")).not.toBeNull());
}

async function edit(id: string): Promise<void> {
  byId(`connection-${id}`)?.querySelector("button")?.click();
  await vi.waitFor(() => expect(byId("form-host")).not.toBeNull());
}

async function fill(id: string, value: string): Promise<void> {
  const input = byId(id) as HTMLInputElement;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await tick();
}

async function click(id: string): Promise<void> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull());
  byId(id)?.click();
  await tick();
}

const host = () => (byId("form-host") as HTMLInputElement).value;

describe("what a look is of", () => {
  const form: ConnectionForm = { ...newConnection(), host: "broker", name: "One" };

  it("takes every field but the name for a test", () => {
    const request = { kind: "test", form } as const;
    expect(isLookOf(request, { ...form, name: "Other" })).toBe(true);
    for (const other of [
      { ...form, host: "other" },
      { ...form, password: "sesame" },
      { ...form, subscriptions: [newSubscription("plant/#")] },
      { ...form, transport: { ...form.transport, alpn: ["mqtt"] } },
    ]) {
      expect(isLookOf(request, other)).toBe(false);
    }
  });

  it("takes the way to the other side alone for the others", () => {
    const request = { kind: "filter", form, filter: "a", everything: false } as const;
    expect(isLookOf(request, { ...form, subscriptions: [], allow_rebirth: true })).toBe(true);
    expect(isLookOf(request, { ...form, port: 1 })).toBe(false);
  });
});

describe("changes in words", () => {
  const form: ConnectionForm = { ...newConnection(), id: "c", name: "C", host: "broker" };

  it("names the fields as the form does", () => {
    const changed: ConnectionForm = {
      ...form,
      host: "<b>other</b>",
      tls: false,
      username: "ann",
      subscriptions: [{ filter: "#", qos: 0, everything: true, share: "desk" }],
      limits: { packet: 2_000_000, topics: 500, addresses: 500, rate: 20, rate_bytes: 3_000 },
      transport: { ...form.transport, websocket: true, path: "/mqtt" },
    };
    expect(changesBetween(form, changed)).toEqual([
      { field: "Host", was: "broker", is: "<b>other</b>" },
      { field: "TLS", was: "yes", is: "no" },
      { field: "User", was: "none", is: "ann" },
      { field: "Topic filters", was: "spBv1.0/# (QoS 1)", is: "# (QoS 0), everything, group desk" },
      { field: "Over WebSocket", was: "no", is: "/mqtt" },
      { field: "Limits", was: "none", is: expect.stringMatching(/500 topics, 500 addresses/) },
    ]);
    expect(changesBetween(changed, changed)).toEqual([]);
  });

  it("leaves no field of a form out", () => {
    const other: ConnectionForm = {
      id: "c",
      kind: "coap",
      name: "o",
      host: "o",
      port: 1,
      protocol: "mqtt3.1.1",
      tls: false,
      ca_file: "o",
      certificate_file: "o",
      key_file: "o",
      username: "o",
      password: null,
      subscriptions: [],
      resources: [{ path: "/o", observe: true, every_s: 5 }],
      client_id: "o",
      keep_alive_s: 1,
      persistent_session: false,
      session_expiry_s: 1,
      allow_rebirth: true,
      transport: { websocket: true, path: "/o", alpn: ["o"], crl_file: "o", server_name: "o" },
      limits: { packet: 1, topics: 1, addresses: 1, rate: 1, rate_bytes: 1 },
      reading: { shadows: ["o"], primary_host: "o", reorder_timeout_s: 1, rules: [] },
    };
    for (const key of Object.keys(form) as (keyof ConnectionForm)[]) {
      if (key === "id" || key === "password") continue;
      const changed = changesBetween(form, { ...form, [key]: other[key] });
      expect(changed.length, key).toBeGreaterThan(0);
    }
    expect(newResource().observe).toBe(true);
  });
});

describe("test of a form", () => {
  it("is marked as one of another form until the form is the same again", async () => {
    await open({});
    await edit("station");
    const before = host();
    await click("form-test");
    await vi.waitFor(() => expect(byId("test-outcome")?.textContent).toContain("It works"), {
      timeout: 3_000,
    });
    await fill("form-host", "elsewhere");
    expect(byId("test-outcome")?.textContent).toContain("You have changed the form since this test");
    expect(byId("doctor")).not.toBeNull();
    await fill("form-host", before);
    expect(byId("test-outcome")?.textContent).toContain("It works");
  });

  it("does not take what another device has for what this one has", async () => {
    await open({});
    await edit("well");
    await click("form-discover");
    await vi.waitFor(() => expect(byId("form-offer")).not.toBeNull(), { timeout: 3_000 });
    await fill("form-host", "10.20.0.99");
    expect(byId("form-offer")).toBeNull();
    expect(byId("look-outdated")?.textContent).toContain("ask again");
  });
});

describe("hand edits made meanwhile", () => {
  async function refused(now: (form: ConnectionForm) => ConnectionForm | null) {
    const answer = async (form: ConnectionForm, opened: ConnectionForm | null): Promise<SavedView> => {
      const is = opened?.host === "broker.riverside.example" ? now(opened) : opened;
      const isNews = JSON.stringify(is) !== JSON.stringify(opened);
      return isNews ? { kind: "changed", now: is } : { kind: "saved", form };
    };
    const saveConnection = vi.fn(answer);
    await open({ saveConnection });
    await edit("station");
    await fill("form-name", "Mine");
    await click("form-save");
    await vi.waitFor(() => expect(byId("form-changed")).not.toBeNull());
    return saveConnection;
  }

  it("are shown field by field, and overwritten when that is wanted", async () => {
    const saveConnection = await refused((form) => ({ ...form, host: "theirs" }));
    const table = [...document.querySelectorAll('[data-testid="form-changed"] tbody td')];
    expect(table.map((cell) => cell.textContent)).toEqual(["Host", "broker.riverside.example", "theirs"]);
    expect((byId("form-save") as HTMLButtonElement).disabled).toBe(true);
    await click("form-overwrite");
    await vi.waitFor(() => expect(byId("form-host")).toBeNull());
    expect(saveConnection.mock.calls[1]?.[0]).toMatchObject({
      name: "Mine",
      host: "broker.riverside.example",
    });
    expect(saveConnection.mock.calls[1]?.[1]).toMatchObject({ host: "theirs" });
  });

  it("are taken into the form, which is then as if it were opened now", async () => {
    const saveConnection = await refused((form) => ({ ...form, host: "theirs" }));
    await click("form-take");
    expect([host(), (byId("form-name") as HTMLInputElement).value]).toEqual(["theirs", "Station broker"]);
    expect(byId("form-changed")).toBeNull();
    await click("form-save");
    await vi.waitFor(() => expect(byId("form-host")).toBeNull());
    expect(saveConnection.mock.calls[1]?.[1]).toMatchObject({ host: "theirs" });
  });

  it("say when the connection is gone, and put it back when that is wanted", async () => {
    const saveConnection = await refused(() => null);
    expect(byId("form-changed")?.textContent).toContain("was removed from the plant file");
    expect(byId("form-take")).toBeNull();
    await click("form-overwrite");
    await vi.waitFor(() => expect(saveConnection).toHaveBeenCalledTimes(2));
    expect(saveConnection.mock.calls[1]?.[1]).toBeNull();
  });
});

describe("what a connection left out", () => {
  it("is shown where there is something", async () => {
    const [row] = await fakeBackend("normal").connections();
    if (!row) throw new Error("the played plant has connections");
    const figures = (left: number) => {
      const target = document.createElement("dl");
      const shown = mount(LimitFigures, { target, props: { row: { ...row, properties_left_out: left } } });
      const text = target.textContent;
      return unmount(shown).then(() => text);
    };
    expect(await figures(16)).toMatch(/Properties left out\s*16/);
    expect(await figures(0)).not.toContain("Properties left out");
  });
});
