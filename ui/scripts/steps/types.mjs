// Steps before the pictures.
export async function modelFaults(page) {
  await page.click("[data-testid=model-import]");
  await page.fill("[data-testid=model-path]", "/home/operator/broken.json");
  await page.click("[data-testid=model-start]");
  await page.waitForSelector("[data-testid=model-faults]");
}

export async function modelChoose(page) {
  await page.click("[data-testid=model-import]");
  await page.fill("[data-testid=model-path]", "/home/operator/several.json");
  await page.click("[data-testid=model-start]");
  await page.waitForSelector("[data-testid=model-choices]");
}
