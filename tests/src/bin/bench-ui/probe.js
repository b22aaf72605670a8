// What the bench puts into the page to measure it. Times are the page's own clock, whole milliseconds.
const bench = { answer: null, gaps: [], pinging: false };
window.bench = bench;

/** Runs `work` and keeps what it gives for the bench to fetch. */
bench.start = (work) => {
  bench.answer = null;
  work().then(
    (value) => {
      bench.answer = { value };
    },
    (error) => {
      bench.answer = { error: `${error}` };
    },
  );
};

const frame = () => new Promise((done) => requestAnimationFrame(done));
const rest = (ms) => new Promise((done) => setTimeout(done, ms));
const find = (id) => document.querySelector(`[data-testid="${id}"]`);

/** A timer that asks to be called at once, over and over: what lies between two calls was taken by something else. */
bench.ping = () => {
  bench.gaps = [];
  bench.pinging = true;
  let last = performance.now();
  const ping = () => {
    const now = performance.now();
    bench.gaps.push(now - last);
    last = now;
    if (bench.pinging) setTimeout(ping, 0);
  };
  setTimeout(ping, 0);
};
bench.pinged = () => {
  bench.pinging = false;
  return bench.gaps;
};

/** Where the trend's picture lies on the page, and the colour of its cursor. */
bench.plot = () => {
  const canvas = find("trend-pixels");
  const over = document.querySelector(".u-over");
  if (!canvas || !over) return null;
  const [box, inner] = [canvas.getBoundingClientRect(), over.getBoundingClientRect()];
  return {
    left: box.left,
    top: box.top,
    width: box.width,
    height: inner.height,
    text: getComputedStyle(document.documentElement).getPropertyValue("--text").trim(),
  };
};

const rgb = (token) => {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(token).trim().slice(1);
  return Number.parseInt(hex, 16);
};

/** Rows of a column of the trend's picture that show more than ground and grid, from above. */
const inked = (canvas, x) => {
  const plot = document.querySelector(".u-over");
  if (!canvas || !plot || canvas.width < 2) return [];
  const height = Math.round(plot.getBoundingClientRect().height * devicePixelRatio);
  const { data } = canvas.getContext("2d").getImageData(Math.round(x), 0, 1, Math.max(1, height));
  const plain = [rgb("--panel"), rgb("--line"), rgb("--spark-band")];
  const rows = [];
  for (let y = 0; y < height; y += 1) {
    const at = y * 4;
    const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
    if (!plain.includes(colour)) rows.push(y);
  }
  return rows;
};

/** Milliseconds until a trend that was asked for by `click` shows history at a part of its width, and is painted. */
const untilDrawn = async (click, part) => {
  const begin = performance.now();
  click();
  await frame();
  for (;;) {
    await frame();
    const canvas = find("trend-pixels");
    if (inked(canvas, (canvas?.width ?? 0) * part).length > 0) break;
    if (performance.now() - begin > 5_000) throw new Error("the trend was not drawn in 5 s");
  }
  // The picture of that frame is done when the next one begins.
  await frame();
  return performance.now() - begin;
};

/** From one span to a longer one, some times over. */
bench.spans = async (rounds) => {
  const steps = [900, 3_600, 28_800, 86_400];
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const span of steps) {
      const click = () => find(`trend-span-${span}`).click();
      if (span !== steps[0]) times.push(await untilDrawn(click, 0.1));
      else click();
      await rest(700);
    }
  }
  return times;
};

/** Opens assets by their tiles, and goes back each time. */
bench.assets = async (ids) => {
  const times = [];
  for (const id of ids) {
    for (let i = 0; i < 100 && !find(`tile-${id}`); i += 1) await rest(50);
    await rest(500);
    times.push(await untilDrawn(() => find(`tile-${id}`).click(), 0.5));
    await rest(200);
    location.hash = "#/";
    await rest(300);
  }
  return times;
};

/** Goes back in time by a minute, some times over; gives milliseconds until each picture is painted. */
bench.pasts = async (steps) => {
  const strip = find("time-strip");
  const shown = () => find("time-bar").dataset.at ?? "";
  const times = [];
  for (let step = 0; step < steps; step += 1) {
    const before = shown();
    const begin = performance.now();
    // History goes back sixteen minutes.
    const key = step % 11 < 10 ? "ArrowLeft" : "End";
    strip.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    while (shown() === before) {
      await frame();
      if (performance.now() - begin > 5_000) throw new Error("the past was not shown in 5 s");
    }
    await frame();
    if (key !== "End") times.push(performance.now() - begin);
    await rest(500);
  }
  find("time-live").click();
  return times;
};

/** Milliseconds that the program takes to answer what the plant was like, for one minute after the other. */
bench.asOf = async (count) => {
  const times = [];
  const now = Date.now() * 1e3;
  for (let i = 0; i < count; i += 1) {
    const begin = performance.now();
    await window.__TAURI_INTERNALS__.invoke("plant_as_of", { at: now - ((i % 10) + 1) * 60e6 });
    times.push(performance.now() - begin);
    await rest(200);
  }
  return times;
};

/** Scrolls the overview up and down at so many pixels a second; gives pictures a second. */
bench.scroll = async (speed, seconds) => {
  const scroller = document.querySelector(".tiles");
  const begin = performance.now();
  let [before, way, pictures] = [begin, 1, 0];
  for (;;) {
    const now = await frame();
    const passed = performance.now() - begin;
    if (passed > seconds * 1e3) return pictures / (passed / 1e3);
    scroller.scrollTop += (way * speed * Math.max(0, now - before)) / 1e3;
    before = now;
    pictures += 1;
    const end = scroller.scrollHeight - scroller.clientHeight;
    if (scroller.scrollTop >= end - 1) way = -1;
    else if (scroller.scrollTop <= 0) way = 1;
  }
};

/** Pictures a second of an empty canvas that is filled anew with each, in place of the page. */
bench.empty = async (seconds) => {
  const app = document.getElementById("app");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1_200, 500];
  app.style.display = "none";
  document.body.append(canvas);
  const context = canvas.getContext("2d", { alpha: false });
  const begin = performance.now();
  let pictures = 0;
  while (performance.now() - begin < seconds * 1e3) {
    await frame();
    pictures += 1;
    context.fillStyle = `rgb(${pictures % 256} 40 60)`;
    context.fillRect(0, 0, 1_200, 500);
  }
  const rate = pictures / ((performance.now() - begin) / 1e3);
  canvas.remove();
  app.style.display = "";
  return rate;
};

const ask = async (request) => new DataView(await window.__TAURI_INTERNALS__.invoke("trend", { request }));

/** Columns of signals as the window gets them: time of the first and last sample, microseconds, least and most. */
bench.columns = async (signals, t0, t1, width) => {
  const view = await ask({ signals, t0, t1, width });
  const found = [];
  let at = 8;
  for (let s = 0; s < view.getUint32(4, true); s += 1) {
    const n = view.getUint32(at + 4, true);
    const number = (array, i) => view.getFloat64(at + 8 + (array * n + i) * 8, true);
    found.push(Array.from({ length: n }, (_, i) => [0, 1, 2, 3].map((array) => number(array, i))));
    at += 8 + 7 * n * 8;
  }
  return found;
};

/** Milliseconds that history takes to answer such a question, some times over. */
bench.answers = async (signals, t0, t1, width, rounds) => {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now();
    await ask({ signals, t0, t1, width });
    times.push(performance.now() - begin);
    await rest(50);
  }
  return times;
};

/** Keys of signals by their ids. */
bench.keys = async (ids) => {
  const plant = await window.__TAURI_INTERNALS__.invoke("plant");
  const signals = plant.assets.flatMap((asset) => asset.signals);
  return ids.map((id) => signals.find((signal) => signal.id === id)?.key ?? -1);
};

/** How high the trend's picture reaches in each column: the first row with ink, the plot's height where there is none. */
bench.tops = () => {
  const canvas = find("trend-pixels");
  const tops = [];
  for (let x = 0; x < canvas.width; x += 1) tops.push(inked(canvas, x)[0] ?? canvas.height);
  return tops;
};

/** How many values of signals are seen on the page. */
bench.visible = () => {
  const [width, height] = [innerWidth, innerHeight];
  return [...document.querySelectorAll(".value")].filter((value) => {
    const box = value.getBoundingClientRect();
    return box.bottom > 0 && box.top < height && box.right > 0 && box.left < width && box.width > 0;
  }).length;
};

/**
 * From now on each live frame is handed over `times` times, numbered on, each time with its samples a little later and
 * a little larger, so that the page has as much to do with each as with a new one.
 */
bench.repeat = (times) => {
  const MAGIC = 0x31465754;
  const { callbacks } = window.__TAURI_INTERNALS__;
  bench.frames = 0;
  // The copies share one memory, lest what is measured be their garbage; the frame itself comes last, so that a page that
  // keeps frames is found out.
  let room = new ArrayBuffer(0);
  const later = (message, k) => {
    if (room.byteLength < message.byteLength) room = new ArrayBuffer(message.byteLength * 2);
    const copy = k === times - 1 ? message : room;
    if (copy !== message) new Uint8Array(copy).set(new Uint8Array(message));
    const view = new DataView(copy);
    const samples = view.getUint32(4, true);
    for (let i = 0; i < samples; i += 1) {
      const at = 40 + i * 32;
      view.setFloat64(at + 8, view.getFloat64(at + 8, true) + k * 1_000, true);
      view.setFloat64(at + 24, view.getFloat64(at + 24, true) * (1 + k / 500), true);
    }
    return copy;
  };
  for (const [id, callback] of [...callbacks]) {
    let [index, number] = [null, null];
    callbacks.set(id, (data) => {
      const { message } = data ?? {};
      const isFrame = message instanceof ArrayBuffer && new DataView(message).getUint32(0, true) === MAGIC;
      if (!isFrame) {
        callback(data);
        return;
      }
      index ??= data.index;
      number ??= new DataView(message).getFloat64(16, true);
      for (let k = 0; k < times; k += 1) {
        const next = later(message, k);
        new DataView(next).setFloat64(16, number, true);
        callback({ message: next, index });
        index += 1;
        number += 1;
        bench.frames += 1;
      }
    });
  }
};
