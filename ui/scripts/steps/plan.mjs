// What is done on plans and the map before a picture is taken.

export async function planHover(page) {
  const box = await page.locator("[data-testid=ground]").boundingBox();
  for (let y = 0.3; y < 0.62; y += 0.02) {
    for (let x = 0.38; x < 0.5; x += 0.015) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      const card = await page.locator("[data-testid=ground-card]").allInnerTexts();
      if (card.some((text) => text.includes("Pump 2"))) return;
    }
  }
}

export async function planKeys(page) {
  await page.focus("[data-testid=ground]");
  for (const key of ["ArrowRight", "ArrowRight", "+", "+"]) await page.keyboard.press(key);
}

export async function planEdit(page) {
  await page.click("[data-testid=ground-edit]");
  await page.click("[data-testid=spot-edge-2]");
  await page.focus("[data-testid=ground]");
  for (let i = 0; i < 12; i += 1) await page.keyboard.press("ArrowUp");
}

export async function mapNear(page) {
  await page.focus("[data-testid=ground]");
  for (let i = 0; i < 2; i += 1) {
    await page.keyboard.press("Enter");
    await page.waitForTimeout(100);
  }
}

export async function mapHover(page) {
  await page.focus("[data-testid=ground]");
  await page.keyboard.press("ArrowRight");
}
