// What is done on the overview before a picture is taken.

export async function overviewChoice(page) {
  await page.click("[data-testid=facet-places]");
}

export async function overviewText(page) {
  await page.keyboard.press("/");
  await page.keyboard.type("pump 12");
}

export async function overviewFold(page) {
  await page.click("[data-testid=place-station-2]");
  await page.click("[data-testid=place-pump-hall]");
  await page.focus("[data-testid=place-rooms]");
}

export async function overviewScroll(page) {
  await page.mouse.move(600, 500);
  await page.mouse.wheel(0, 5200);
}

export async function wallHold(page) {
  await page.keyboard.press("ArrowRight");
}

export async function wallPages(page) {
  await page.click("[data-testid=wall-pages]");
}
