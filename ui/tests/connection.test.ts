// @vitest-environment happy-dom
/** The form of a connection: looks that take seconds, the filter advisor, CoAP. */
import { mount, tick, unmount } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import type { Backend } from "../src/ipc/backend";
import type { ConnectionForm } from "../src/ipc/bindings/ConnectionForm";
import type { FilterView } from "../src/ipc/bindings/FilterView";
import type { LookRequest } from "../src/ipc/bindings/LookRequest";
import type { LookView } from "../src/ipc/bindings/LookView";
import type { SavedView } from "../src/ipc/bindings/SavedView";
import { fakeBackend } from "../src/ipc/fake";
import { NBSP } from "../src/lib/format";
import { doneOf, filterNotes, filterSentence, offerSentence, runningWords } from "../src/lib/lookwords";
import { Live } from "../src/live/live.svelte";
import { Looker } from "../src/live/looker.svelte";

const plain = (text: string) => text.replaceAll(NBSP, " ");
const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);

let end: (() => Promise<void>) | undefined;
afterEach(async () => {
  await end?.();
  end = undefined;
  document.body.replaceChildren();
  window.location.hash = "";
  vi.restoreAllMocks();
});

const VIEW: LookView = {
  number: 1,
  running: true,
  seconds: 3.4,
  whole_s: 10,
  failure: null,
  test: null,
  filter: null,
  resources: null,
};

const FILTER: FilterView = {
  filter: "plant/#",
  seconds: 10,
  capped: false,
  topics: 412,
  topics_capped: false,
  known_topics: 38,
  messages_per_s: 3_100,
  known_messages_per_s: 4.25,
  bytes_per_s: 1_200_000,
  retained: 1,
  largest_payload: 2_400,
  branches: [{ name: "plant/hall", topics: 412, messages: 31_000, bytes: 12_000_000 }],
  elsewhere: 0,
  doubts: [],
};

async function saved(form: ConnectionForm, _: ConnectionForm | null): Promise<SavedView> {
  return { kind: "saved", form };
}

async function open(change: Partial<Backend>): Promise<Backend> {
  const backend = { ...fakeBackend("fault"), ...change };
  const live = new Live(backend);
  const app = mount(App, { target: document.body, props: { live } });
  end = () => unmount(app);
  await live.start();
  window.location.hash = "#/connections";
  await vi.waitFor(() => expect(byId("connection-new")).not.toBeNull());
  return backend;
}

async function fill(id: string, value: string): Promise<void> {
  await vi.waitFor(() => expect(byId(id)).not.toBeNull());
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

async function speak(protocol: string): Promise<void> {
  await vi.waitFor(() => expect(byId("form-protocol")).not.toBeNull());
  const select = byId("form-protocol") as HTMLSelectElement;
  select.value = protocol;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await tick();
}

describe("words of a look", () => {
  it("says what goes on, and for how long", () => {
    const form = {} as ConnectionForm;
    const listening: LookRequest = { kind: "filter", form, filter: "plant/#", everything: false };
    expect(plain(runningWords(listening, VIEW))).toBe("Listening to plant/#, 3 of 10 s");
    expect(plain(runningWords(listening, { ...VIEW, seconds: 12 }))).toBe("Listening to plant/#, 10 of 10 s");
    expect(plain(runningWords({ kind: "test", form }, { ...VIEW, whole_s: null }))).toBe("Testing, 3 s");
    expect(doneOf({ ...VIEW, seconds: 12 })).toBe(1);
    expect(doneOf({ ...VIEW, whole_s: null })).toBeNull();
  });

  it("says what a filter brings, and what of it comes already", () => {
    expect(plain(filterSentence(FILTER))).toBe("plant/#: 412 topics, 3,100 messages/s, 1.2 MB/s.");
    expect(filterNotes(FILTER).map(plain)).toEqual([
      "Of them 38 topics and 4.3 messages/s come already.",
      "1 message was kept by the broker from before.",
      "Listened to for 10 s: what speaks less often is not in it.",
      "The largest message has 2.4 kB.",
    ]);
    const flood = {
      ...FILTER,
      known_topics: 0,
      retained: 0,
      capped: true,
      seconds: 2.34,
      topics_capped: true,
    };
    expect(plain(filterSentence(flood))).toContain("more than 412 topics");
    expect(filterNotes(flood).map(plain).slice(0, 2)).toEqual([
      "None of it comes already.",
      "So much came that listening ended after 2.3 s.",
    ]);
  });

  it("says what a device has", () => {
    const resource = { path: "/a", observable: true, about: [] };
    expect(offerSentence({ resources: [resource], left_out: 0 })).toBe(
      "The device has 1 resource. Tick what is to be read.",
    );
    expect(offerSentence({ resources: [], left_out: 2 })).toMatch(
      /no resource .* 2 more links are not shown/,
    );
  });
});

describe("looker", () => {
  it("asks until the look has ended", async () => {
    const answers = [VIEW, { ...VIEW, running: false, filter: FILTER }];
    const look = vi.fn(async () => answers.shift() ?? VIEW);
    const looker = new Looker({ ...fakeBackend("empty"), startLook: async () => VIEW, look });
    await looker.start({ kind: "resources", form: {} as ConnectionForm });
    expect(looker.running).toBe(true);
    await vi.waitFor(() => expect(looker.view?.filter).toEqual(FILTER));
    expect(looker.running).toBe(false);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("cancels a look that has not even begun", async () => {
    let begin = (_: LookView) => {};
    const cancelLook = vi.fn(async () => {});
    const startLook = () => new Promise<LookView>((resolve) => (begin = resolve));
    const looker = new Looker({ ...fakeBackend("empty"), startLook, cancelLook });
    const started = looker.start({ kind: "resources", form: {} as ConnectionForm });
    looker.cancel();
    begin(VIEW);
    await started;
    expect(cancelLook).toHaveBeenCalledWith(1);
    expect([looker.view, looker.running]).toEqual([null, false]);
  });

  it("says why a look could not be begun", async () => {
    const startLook = () => Promise.reject({ message: "the connection has no host" });
    const looker = new Looker({ ...fakeBackend("empty"), startLook });
    await looker.start({ kind: "resources", form: {} as ConnectionForm });
    expect([looker.failure, looker.running]).toEqual(["the connection has no host", false]);
  });
});

describe("connection form", () => {
  it("asks what a filter would bring, shows progress, and can be cancelled", async () => {
    const startLook = vi.fn(async (_: LookRequest) => VIEW);
    const cancelLook = vi.fn(async () => {});
    let view = VIEW;
    await open({ startLook, cancelLook, look: async () => view });
    await click("connection-new");
    await click("form-advise-1");
    expect(startLook).not.toHaveBeenCalled();
    await fill("form-host", "broker");
    await click("form-advise-1");
    await vi.waitFor(() =>
      expect(plain(byId("look")?.textContent ?? "")).toContain("Listening to spBv1.0/#, 3 of 10 s"),
    );
    expect(startLook.mock.calls[0]?.[0]).toMatchObject({
      kind: "filter",
      filter: "spBv1.0/#",
      everything: false,
    });
    await click("look-cancel");
    await vi.waitFor(() => expect(byId("look")).toBeNull());
    expect(cancelLook).toHaveBeenCalledWith(1);
    await click("form-advise-1");
    view = { ...VIEW, running: false, filter: { ...FILTER, filter: "<b>plant</b>/#" } };
    await vi.waitFor(() => expect(byId("filter-sample")?.textContent).toContain("<b>plant</b>/#: 412"));
  });

  it("wants consent before it listens to everything", async () => {
    const startLook = vi.fn(async (_: LookRequest) => VIEW);
    await open({ startLook, look: async () => VIEW });
    await click("connection-new");
    await fill("form-host", "broker");
    const filter = document.querySelector<HTMLInputElement>('fieldset input[autocomplete="off"]');
    if (!filter) throw new Error("the form has a filter");
    filter.value = "#";
    filter.dispatchEvent(new Event("input", { bubbles: true }));
    await tick();
    expect((byId("form-advise-1") as HTMLButtonElement).disabled).toBe(true);
    await click("form-everything-1");
    await click("form-advise-1");
    expect(startLook.mock.calls[0]?.[0]).toMatchObject({ filter: "#", everything: true });
  });

  it("makes a CoAP connection of what the device says it has", async () => {
    const saveConnection = vi.fn(saved);
    await open({ saveConnection });
    await click("connection-new");
    await speak("coap");
    expect((byId("form-port") as HTMLInputElement).value).toBe("5684");
    await fill("form-name", "Well");
    await fill("form-host", "well");
    await click("form-save");
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("aria-invalid")).toBe("true"));
    expect(byId("connection-form")?.contains(document.activeElement)).toBe(true);
    expect(byId("connection-form")?.textContent).toContain("Name at least one resource");
    expect(byId("connection-form")?.textContent).toContain("Give the key.");
    await fill("form-identity", "desk");
    expect(byId("dtls-forms")?.textContent).toBe(
      "Supported: DTLS 1.2 with a pre-shared key. Not supported: certificates, raw public keys, DTLS 1.3.",
    );
    await fill("form-key", "sesame");
    await click("form-discover");
    await vi.waitFor(() => expect(byId("form-offer")?.textContent).toContain("The device has 4 resources"), {
      timeout: 3_000,
    });
    const [level, battery] = document.querySelectorAll<HTMLInputElement>('[data-testid="form-offer"] input');
    level?.click();
    battery?.click();
    await tick();
    level?.click();
    await tick();
    await click("form-save");
    await vi.waitFor(() => expect(saveConnection).toHaveBeenCalled());
    expect(saveConnection.mock.calls[0]?.[0]).toMatchObject({
      kind: "coap",
      port: 5684,
      username: "desk",
      password: "sesame",
      subscriptions: [],
      resources: [{ path: "/battery", observe: false, every_s: 60 }],
    });
  });

  it("edits a CoAP connection as one, and keeps what it does not show", async () => {
    const saveConnection = vi.fn(saved);
    await open({ saveConnection });
    expect(byId("connection-well")?.textContent).toContain("CoAP · 2 resources");
    byId("connection-well")?.querySelector("button")?.click();
    await vi.waitFor(() => expect(byId("form-protocol")).not.toBeNull());
    const options = [...(byId("form-protocol") as HTMLSelectElement).options];
    expect(options.map(({ value }) => value)).toEqual(["coap"]);
    await click("form-save");
    await vi.waitFor(() => expect(saveConnection).toHaveBeenCalled());
    const [form, opened] = saveConnection.mock.calls[0] ?? [];
    expect(form?.password).toBeNull();
    expect(opened?.name).toBe("Well sensor");
    expect(form?.resources).toEqual([
      { path: "/level", observe: true, every_s: 60 },
      { path: "/battery", observe: false, every_s: 900 },
    ]);
  });
});
