// Steps before the pictures.
export async function settings(page) {
  await page.click("[data-testid=nav-settings]");
  await page.waitForSelector("[data-testid=settings-close-ask]:checked");
}

export async function shortcuts(page) {
  await page.keyboard.press("?");
  await page.waitForSelector("[data-testid=shortcuts]");
}

/** Closes what is open. */
async function done(page) {
  await page.click("[data-testid=settings-done]");
}

export async function contrast(page) {
  await settings(page);
  await page.click("[data-testid=settings-contrast-high]");
  await done(page);
}

export async function contrastTrend(page) {
  await contrast(page);
  await page.click("[data-testid=trend] button:has-text('1 h')");
}

export async function compact(page) {
  await settings(page);
  await page.click("[data-testid=settings-density-compact]");
  await done(page);
}

/** Other units, another zone. */
export async function converted(page) {
  await settings(page);
  await page.selectOption("[data-testid=settings-unit-temperature]", "°F");
  await page.selectOption("[data-testid=settings-unit-pressure]", "psi");
  await page.click("[data-testid=settings-zone-other]");
  await page.selectOption("[data-testid=settings-zone-name]", "Asia/Tokyo");
}

export async function convertedSeen(page) {
  await converted(page);
  await done(page);
}

export async function exportForm(page) {
  await page.click("[data-testid=trend-export]");
  await page.waitForSelector("[data-testid=export-form]");
}

export async function exportRunning(page) {
  await exportForm(page);
  await page.click("[data-testid=export-start]");
  await page.waitForSelector("[data-testid=file-job]");
  await page.waitForTimeout(700);
}

export async function keeping(page) {
  await settings(page);
  await page.click("[data-testid=settings-history] summary");
}

export async function backup(page) {
  await settings(page);
  await page.click("[data-testid=settings-backup]");
  await page.waitForSelector("[data-testid=backup-form]");
}

export async function check(page) {
  await settings(page);
  await page.click("[data-testid=settings-check]");
  await page.click("[data-testid=check-start]");
  await page.waitForSelector("[data-testid=check-lines]");
}

export async function importForm(page) {
  await settings(page);
  await page.click("[data-testid=settings-import]");
  await page.fill("[data-testid=import-path]", "/home/operator/history.csv");
}

export async function importReport(page) {
  await importForm(page);
  await page.click("[data-testid=import-start]");
  await page.waitForSelector("[data-testid=import-bad]");
}

export async function searchEverything(page) {
  await page.keyboard.press("/");
  await page.keyboard.type("pump 12");
  await page.keyboard.press("ArrowDown");
}

export async function search(page) {
  await page.keyboard.press("/");
  await page.keyboard.type("vibration");
}

export async function firstDemo(page) {
  await page.click("[data-testid=first-demo]");
  await page.waitForSelector("[data-testid=opening-cancel]");
}

export async function firstFault(page) {
  await page.click("[data-testid=first-demo]");
  await page.waitForSelector("[data-testid=opening-failure]");
}

export async function demoMark(page) {
  await page.click("[data-testid=demo-mark]");
}

export async function about(page) {
  await settings(page);
  await page.click("[data-testid=settings-about]");
  await page.waitForSelector("[data-testid=about-count]");
  await page.fill("[data-testid=about-find]", "sqlx");
  await page.click("[data-testid=about] .list button >> nth=0");
}
