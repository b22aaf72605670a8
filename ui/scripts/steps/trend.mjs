// What is done on the trend screen before a picture is taken.

/** Puts signals onto the trend screen by what they are called. */
export async function trendOf(page, ...queries) {
  for (const query of queries) {
    await page.fill("[data-testid=trend-add]", query);
    await page.keyboard.press("Enter");
  }
  await page.keyboard.press("Escape");
  await page.waitForSelector("[data-testid=trend-table]");
}

const PUMP = ["Pump 2 drive-end", "Pump 2 bearing", "Pump 2 flow"];

export async function trendFind(page) {
  await trendOf(page, ...PUMP);
  await page.fill("[data-testid=trend-add]", "pressure");
}

export async function trendHover(page, across) {
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * across, box.y + box.height * 0.4);
}

export async function trendEight(page) {
  await trendOf(
    page,
    ...PUMP,
    "Pump 2 discharge",
    "Pump 2 speed set",
    "Pump 2 power",
    "tank level",
    "Pump 1 bearing",
  );
  await page.click("[data-testid=trend-span-3600]");
  await page.waitForTimeout(500);
  await trendHover(page, 0.93);
}

export async function trendMarks(page) {
  await trendOf(page, ...PUMP, "residual");
  await page.click("[data-testid=trend-span-3600]");
  await page.waitForTimeout(500);
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.keyboard.down("Control");
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 80, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up("Control");
}

export async function trendCompare(page) {
  await trendOf(page, ...PUMP.slice(0, 2));
  await page.click("[data-testid=trend-span-3600]");
  await page.selectOption("[data-testid=trend-compare]", "shift:28800000000");
}

/** The span of a bad sensor lies behind: what began so many minutes earlier. */
export async function trendCompareBad(page) {
  await trendOf(page, ...PUMP.slice(0, 2));
  await page.click("[data-testid=trend-span-900]");
  await page.selectOption("[data-testid=trend-compare]", "begin");
  const from = await page.inputValue("[data-testid=trend-from]");
  const begin = new Date(Date.parse(`${from.replace(" ", "T")}Z`) - 25 * 60_000);
  await page.fill("[data-testid=trend-compare-from]", begin.toISOString().slice(0, 19).replace("T", " "));
  await page.keyboard.press("Enter");
  await page.waitForTimeout(800);
}

/** One signal is looked at, another pointed at: its limits go across. */
export async function trendPointed(page) {
  await trendOf(page, ...PUMP, "residual", "tank level");
  await page.click("[data-testid=trend-span-3600]");
  await page.locator("[data-testid=trend-table] tbody tr").nth(1).hover();
  await page.waitForTimeout(500);
}

export async function trendSister(page) {
  await trendOf(page, ...PUMP.slice(0, 2));
  await page.click("[data-testid=trend-span-3600]");
  await page.selectOption("[data-testid=trend-compare]", "asset:pump-1");
}

/** What was compared with what is: states too. */
export async function trendCompareStates(page) {
  await trendOf(page, "Pump 2 mode", "Pump 2 flow");
  await page.click("[data-testid=trend-span-3600]");
  await page.selectOption("[data-testid=trend-compare]", "shift:3600000000");
  await page.waitForTimeout(800);
  await trendHover(page, 0.6);
}

export async function trendRange(page) {
  await trendOf(page, ...PUMP);
  await page.fill("[data-testid=trend-from]", "yesterday");
  await page.keyboard.press("Enter");
}

export async function trendSixteen(page) {
  await trendOf(
    page,
    ...PUMP,
    "Pump 2 discharge",
    "Pump 2 speed set",
    "Pump 2 power",
    "tank level",
    "Pump 1 bearing",
  );
  await trendOf(
    page,
    "residual",
    "dose",
    "turbidity",
    "acidity",
    "approach",
    "fouling",
    "compressor oil",
    "co",
  );
}

/** Annotations: the list below, and one that is pointed at. */
export async function trendNotes(page) {
  await trendOf(page, ...PUMP);
  await page.click("[data-testid=trend-span-3600]");
  await page.click("[data-testid=trend-below-notes]");
  await page.waitForSelector("[data-testid=trend-notes]");
  await page.locator("[data-testid=trend-note]").last().hover();
}

/** An annotation that is being written about the marked span. */
export async function trendWriting(page) {
  await trendMarks(page);
  await page.click("[data-testid=trend-annotate]");
  await page.fill("[data-testid=trend-note-text]", "Strainer cleaned, flow back to normal.");
}

export async function assetNotes(page) {
  await page.waitForSelector("[data-testid=trend-note]");
  await page.locator("[data-testid=trend-note]").first().focus();
}

/** One axis is fixed, closer than its values. */
export async function trendAxis(page) {
  await trendOf(page, ...PUMP);
  await page.click("[data-testid=trend-span-3600]");
  await page.focus("[data-testid='trend-axis-unit:m³/h']");
  for (let i = 0; i < 4; i += 1) await page.keyboard.press("+");
}

/** A signal whose values are texts, beside one of numbers. */
export async function trendStates(page) {
  await trendOf(page, "Pump 2 mode", "Pump 2 flow", "remote");
  await page.click("[data-testid=trend-span-3600]");
  await page.waitForTimeout(800);
  await trendHover(page, 0.6);
}
