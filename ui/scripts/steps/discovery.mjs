// Steps before the pictures.
export async function foundTick(page) {
  for (const row of (await page.locator("[role=treeitem][aria-level='3'] .tick").all()).slice(0, 3))
    await row.click();
}

export async function foundWhy(page) {
  await page.click("[data-testid=found-dosing-pump-2]");
  await page.click("[data-testid=why-pressure]");
}

export async function foundAccept(page) {
  await page.click("[data-testid=found-dosing-pump-2]");
  await page.click("[data-testid=found-accept]");
  await page.waitForSelector("[data-testid=accept-lines]");
}

export async function foundFaults(page) {
  await page.click("[data-testid=found-drop-table-signal]");
  await page.fill("[data-testid=found-asset-id]", "Not an id");
  await page.click("[data-testid=found-accept]");
  await page.waitForSelector("[data-testid=accept-faults]");
}

export async function foundWritten(page) {
  await foundAccept(page);
  await page.click("[data-testid=accept-write]");
  await page.waitForSelector("[data-testid=discovery-told] .told");
}

export async function foundFilter(page) {
  await page.fill("[data-testid=found-filter]", "r");
  await page.waitForTimeout(600);
  await page.click("[data-testid=found-compressor-station-north]");
}
