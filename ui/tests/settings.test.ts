// @vitest-environment happy-dom
/** What a person chooses about how the plant is shown: units, zone, contrast, density, motion. */
import { mount, tick, unmount } from "svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import App from "../src/App.svelte";
import { fakeBackend } from "../src/ipc/fake";
import { conversionOf, QUANTITIES, QUANTITY_NAMES, shown, shownDecimals, stored } from "../src/lib/units";
import { zoneGroups } from "../src/lib/zones";
import { Live } from "../src/live/live.svelte";
import { looks } from "../src/live/looks.svelte";
import { Units } from "../src/live/units.svelte";
import { zoneChoice } from "../src/live/zonechoice.svelte";

/** A loaded machine takes longer than a second. */
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

beforeEach(() => localStorage.clear());

const convert = (value: number, from: string, quantity: string, to: string) => {
  const by = conversionOf(from, { [quantity]: to });
  return by ? shown(value, by) : Number.NaN;
};

describe("units", () => {
  it("are converted as the tables of NIST say", () => {
    expect(convert(100, "°C", "temperature", "°F")).toBeCloseTo(212, 9);
    expect(convert(-40, "°F", "temperature", "°C")).toBeCloseTo(-40, 9);
    expect(convert(20, "°C", "temperature", "K")).toBeCloseTo(293.15, 9);
    expect(convert(32, "°F", "temperature", "K")).toBeCloseTo(273.15, 9);
    expect(convert(1, "bar", "pressure", "psi")).toBeCloseTo(14.503774, 5);
    expect(convert(1013.25, "hPa", "pressure", "bar")).toBeCloseTo(1.01325, 9);
    expect(convert(36, "m³/h", "flow", "L/s")).toBeCloseTo(10, 9);
    expect(convert(1, "m³/h", "flow", "gal/min")).toBeCloseTo(4.402868, 5);
    expect(convert(25.4, "mm/s", "vibration", "in/s")).toBeCloseTo(1, 9);
    expect(convert(3.048, "m", "length", "ft")).toBeCloseTo(10, 9);
    expect(convert(1, "kW", "power", "hp")).toBeCloseTo(1.341022, 5);
  });

  it("come back as they were, from every unit to every other", () => {
    for (const quantity of QUANTITY_NAMES) {
      for (const { name: from } of QUANTITIES[quantity]) {
        for (const { name: to } of QUANTITIES[quantity]) {
          const by = conversionOf(from, { [quantity]: to });
          expect(by === null).toBe(from === to || from === "K");
          if (!by) continue;
          expect(by.factor).toBeGreaterThan(0);
          expect(stored(shown(12.34, by), by)).toBeCloseTo(12.34, 9);
        }
      }
    }
  });

  it("leave alone what is not chosen, unknown, or a difference of temperatures", () => {
    expect(conversionOf("°C", {})).toBeNull();
    expect(conversionOf("bar", { temperature: "°F" })).toBeNull();
    expect(conversionOf("NTU", { pressure: "psi" })).toBeNull();
    expect(conversionOf("K", { temperature: "°C" })).toBeNull();
    expect(conversionOf("m3/h", { flow: "m³/h" })).toBeNull();
  });

  it("keep as many digits as say something", () => {
    const digits = (decimals: number, from: string, quantity: string, to: string) => {
      const by = conversionOf(from, { [quantity]: to });
      return by && shownDecimals(decimals, by);
    };
    expect(digits(1, "°C", "temperature", "°F")).toBe(1);
    expect(digits(2, "bar", "pressure", "kPa")).toBe(0);
    expect(digits(0, "mbar", "pressure", "bar")).toBe(3);
    expect(digits(1, "m³/h", "flow", "L/s")).toBe(2);
  });

  it("that were stored and are not known are left out", () => {
    localStorage.setItem("twinscope.units", '{"temperature":"°X","pressure":"psi","colour":"red"}');
    expect(new Units().choice).toEqual({ pressure: "psi" });
    localStorage.setItem("twinscope.units", "[[");
    expect(new Units().choice).toEqual({});
  });
});

describe("zones", () => {
  it("stand by region, with the name of their place", () => {
    const groups = zoneGroups(["UTC", "America/Argentina/Buenos_Aires", "America/Lima", "Europe/Berlin"]);
    expect(groups.map(({ region }) => region)).toEqual(["", "America", "Europe"]);
    expect(groups[1]?.zones[0]).toEqual({
      name: "America/Argentina/Buenos_Aires",
      place: "Buenos Aires, Argentina",
    });
  });
});

describe("in the window", () => {
  let end: (() => Promise<void>) | undefined;
  let live: Live;
  afterEach(async () => {
    await end?.();
    document.body.replaceChildren();
    window.location.hash = "";
    zoneChoice.choose("plant");
    looks.chooseContrast("system");
    looks.chooseDensity("comfortable");
  });

  async function open(hash = ""): Promise<void> {
    window.location.hash = hash;
    live = new Live(fakeBackend("fault"));
    const app = mount(App, { target: document.body, props: { live } });
    end = () => unmount(app);
    await live.start();
    await tick();
  }
  const byId = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
  const select = (id: string, value: string) => {
    const field = byId(id) as HTMLSelectElement;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  it("a unit is shown everywhere, said, and kept; limits and values stay what they are", async () => {
    await open();
    await waitFor(() => expect(live.ready).toBe(true));
    const signal = () => live.asset("pump-2")?.signals.find(({ id }) => id.endsWith("bearing_temperature"));
    const [before, limits] = [signal(), signal()?.limits.map(({ value }) => value)];
    expect(before?.unit).toBe("°C");
    const celsius = live.cell(before?.key ?? 0).number;
    byId("nav-settings")?.click();
    await waitFor(() => expect(document.querySelector("dialog")).not.toBeNull());
    expect(byId("converted-units")).toBeNull();
    select("settings-unit-temperature", "°F");
    await waitFor(() => expect(signal()?.unit).toBe("°F"));
    expect(byId("converted-units")?.textContent).toContain("°F");
    expect(signal()?.limits.map(({ value }) => Math.round((value - 32) / 1.8))).toEqual(limits);
    const key = before?.key ?? 0;
    await waitFor(() => expect(Math.abs(live.cell(key).number - (celsius * 1.8 + 32))).toBeLessThan(20));
    expect(live.units.stored(key, live.cell(key).number)).toBeLessThan(120);
    expect(new Units().choice).toEqual({ temperature: "°F" });
    select("settings-unit-temperature", "");
    await waitFor(() => expect(signal()?.unit).toBe("°C"));
    expect(byId("converted-units")).toBeNull();
  });

  it("a trend answers in the unit that is shown, with its extremes", async () => {
    await open();
    const key =
      live.plant?.assets.flatMap(({ signals }) => signals).find(({ unit }) => unit === "bar")?.key ?? 0;
    const now = live.now;
    const ask = async () => {
      const { decodeTrend } = await import("../src/lib/trend");
      const request = { signals: [key], t0: now - 60e6, t1: now, width: 60 };
      return decodeTrend(await live.backend.trend(request)).get(key);
    };
    const bar = await ask();
    live.units.choose("pressure", "kPa");
    await live.reload();
    const kpa = await ask();
    expect(bar?.max.length).toBeGreaterThan(0);
    expect(kpa?.max[0]).toBeCloseTo((bar?.max[0] ?? 0) * 100, 6);
    expect(kpa?.tFirst[0]).toBe(bar?.tFirst[0]);
  });

  it("another zone is said beside the clock, and kept", async () => {
    await open();
    await waitFor(() => expect(live.ready).toBe(true));
    expect(byId("other-zone")).toBeNull();
    zoneChoice.choose("Asia/Tokyo");
    await tick();
    expect(live.clock.zone).toBe("Asia/Tokyo");
    expect(byId("other-zone")?.textContent).toContain("plant: CET");
    expect(localStorage.getItem("twinscope.zone")).toBe("Asia/Tokyo");
    zoneChoice.choose("plant");
    await tick();
    expect(byId("other-zone")).toBeNull();
  });

  it("contrast and density stand on the page, and are kept", async () => {
    await open();
    byId("nav-settings")?.click();
    await waitFor(() => expect(document.querySelector("dialog")).not.toBeNull());
    byId("settings-contrast-high")?.click();
    byId("settings-density-compact")?.click();
    byId("settings-motion-reduced")?.click();
    expect(document.documentElement.dataset).toMatchObject({
      contrast: "high",
      density: "compact",
      motion: "reduced",
    });
    expect(
      ["contrast", "density", "motion"].map((name) => localStorage.getItem(`twinscope.${name}`)),
    ).toEqual(["high", "compact", "reduced"]);
    byId("settings-contrast-normal")?.click();
    expect(document.documentElement.dataset.contrast).toBe("normal");
  });
});
