// Steps before the pictures.
export async function hover(page) {
  await hour(page);
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5);
}

export async function hour(page) {
  await page.click("[data-testid=trend] button:has-text('1 h')");
}

export async function drag(page) {
  await hour(page);
  await page.waitForTimeout(500);
  const box = await page.locator("[data-testid=trend] .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 6 });
  await page.mouse.up();
}

/** The cards under the trend. */
export async function low(page) {
  await page.locator("[data-testid=why]").scrollIntoViewIfNeeded();
}

export async function how(page) {
  await page.click("[data-testid=why-how]");
}

export async function device(page) {
  await page.click("[data-testid=pane-device]");
  await page.waitForSelector("[data-testid=device] h3");
}

export async function documents(page) {
  await page.click("[data-testid=pane-documents]");
  await page.waitForSelector("[data-testid=documents]");
}

/** A document that is added: what it is and where, and the lines that the plant file gets. */
export async function documentForm(page) {
  await documents(page);
  await page.click("[data-testid=document-add]");
  await page.click("[data-testid=pick]");
  await page.waitForTimeout(200);
}

export async function documentLines(page) {
  await documentForm(page);
  await page.click("[data-testid=document-look]");
  await page.waitForSelector("[data-testid=document-lines]");
}

export async function address(page) {
  await documents(page);
  await page.click("[data-testid=document-2]");
}

export async function events(page) {
  await page.click("[data-testid=pane-events]");
  await page.waitForSelector("[data-testid=events] li");
}

export async function entry(page) {
  await events(page);
  await page.click("[data-testid=events-audit]");
  await page.click("[data-testid=event-entry]");
}
