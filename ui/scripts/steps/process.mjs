// What is done with process pictures before one is taken of the screen.

export async function pictureHover(page) {
  await page.locator("[aria-label^='Pump 2, Bearing']").first().hover();
}

export async function pictureKeys(page) {
  await page.locator("[aria-label^='Pump 2, live']").first().focus();
}

export async function pictureForeign(page) {
  await page.click("[data-testid='picture-tab-Riverside from outside']");
  await page.waitForTimeout(500);
  await page.click("[data-testid=picture-taken-out]");
}

export async function pictureZoom(page) {
  for (let i = 0; i < 3; i += 1) await page.click("[data-testid=picture-in]");
}

export async function pictureEdit(page) {
  await page.click("[data-testid=picture-edit]");
  await page.locator("[aria-label^='High tank, Level']").first().click();
  await page.fill("[data-testid=picture-target]", "tank");
}

export async function pictureBound(page) {
  await page.click("[data-testid='picture-tab-Riverside from outside']");
  await page.waitForTimeout(500);
  await page.click("[data-testid=picture-edit]");
  await page.click("[data-testid=element-7]");
  await page.fill("[data-testid=picture-target]", "pump 1 flow");
  await page.keyboard.press("Enter");
  await page.click("[data-testid=show-indicator]");
}

export async function pictureStale(page) {
  await page.click("[data-testid='picture-tab-Riverside from outside']");
  await page.waitForTimeout(500);
  await page.click("[data-testid=picture-edit]");
  for (const [name, target] of [
    ["pump", "edge node 2"],
    ["“0”", "edge node link"],
  ]) {
    await page.fill("[data-testid=picture-filter]", name);
    await page.locator("[data-testid^=element-]").first().click();
    await page.fill("[data-testid=picture-target]", target);
    await page.keyboard.press("Enter");
  }
  await page.click("[data-testid=picture-edit]");
}

export async function pictureImport(page) {
  await page.click("[data-testid=picture-import]");
  await page.fill("[data-testid=picture-path]", "/home/operator/drawing.png");
  await page.click("[data-testid=picture-bring]");
}
