// What is done on the diagnostics screen before its pictures are taken.

export async function ratesFilter(page) {
  await page.fill("[data-testid=rates-filter]", "pump");
  await page.waitForTimeout(600);
}

export async function ratesSilence(page) {
  await page.check("[data-testid=choice-silence]");
  await page.waitForTimeout(400);
}

export async function ratesNothing(page) {
  await page.fill("[data-testid=rates-filter]", "no such topic");
  await page.waitForTimeout(600);
}

export async function tapped(page) {
  await page.waitForSelector("[data-testid=tapped-message]");
  await page.waitForTimeout(1500);
}

export async function tappedBytes(page) {
  await tapped(page);
  await page.check("[data-testid=choice-bytes]");
  await page.locator("[data-testid=payload]").scrollIntoViewIfNeeded();
}

export async function doctor(page) {
  await page.click("[data-testid=sessions-station] [data-testid=sessions-doctor]");
  await page.waitForSelector("[data-testid=doctor]");
}

export async function evidence(page) {
  await page.click("[data-testid=dropped-json-too-deep]");
  await page.waitForSelector("[data-testid=evidence] li");
  await page.click("[data-testid=evidence] li:first-child button");
  await page.waitForSelector("[data-testid=json-tree]");
}

export async function measured(page) {
  await page.waitForTimeout(1500);
}
