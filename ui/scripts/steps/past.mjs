// What is done with the time bar before a picture is taken.
import { trendEight } from "./trend.mjs";

/** Some minutes before now, on the strip of so many hours. */
async function minutesAgo(page, minutes, hours = 1) {
  await page.selectOption("[data-testid=time-span]", String(hours * 3600e6));
  const box = await page.locator("[data-testid=time-strip]").boundingBox();
  await page.mouse.click(box.x + box.width * (1 - minutes / (hours * 60)), box.y + 20);
  await page.waitForSelector("[data-testid=time-bar][data-at]");
}

export async function pastMinutes(page) {
  await minutesAgo(page, 4);
  await page.mouse.move(600, 300);
  await page.waitForTimeout(700);
}

export async function pastDay(page) {
  await minutesAgo(page, 150, 24);
}

/** While the program did not run. */
export async function pastAway(page) {
  await minutesAgo(page, 50.5);
  await page.mouse.move(600, 300);
}

export async function pastNews(page) {
  await minutesAgo(page, 5);
  await page.waitForTimeout(4000);
}

export async function pastPlay(page) {
  await minutesAgo(page, 20, 8);
  await page.selectOption("[data-testid=time-pace]", "60");
  await page.click("[data-testid=time-play]");
  await page.waitForTimeout(1500);
}

export async function pastSlow(page) {
  const box = await page.locator("[data-testid=time-strip]").boundingBox();
  await page.mouse.click(box.x + box.width * 0.4, box.y + 12);
  await page.waitForTimeout(1300);
}

export async function pastEight(page) {
  await trendEight(page);
  await pastMinutes(page);
}

export async function pastHistory(page) {
  await minutesAgo(page, 4);
  await page.click("[data-testid=alarms-history]");
}

/** By its keys: nothing but the wall is seen. */
export async function pastWall(page) {
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  await minutesAgo(page, 4);
  await page.keyboard.press("w");
  await page.waitForTimeout(900);
}

/** A trend that was moved back first. */
export async function pastTrend(page) {
  await page.click("[data-testid=trend] button:has-text('1 h')");
  await minutesAgo(page, 6);
  await page.waitForTimeout(700);
}

export async function pastHover(page) {
  const box = await page.locator("[data-testid=time-strip]").boundingBox();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 12);
}
