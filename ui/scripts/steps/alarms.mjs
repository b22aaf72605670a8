// What is done on the alarm list before a picture is taken.

export async function alarmsKeys(page) {
  await page.focus("[role=grid] [role=row][tabindex='0']");
  for (let i = 0; i < 40; i += 1) await page.keyboard.press("ArrowDown");
}

export async function alarmsFiltered(page) {
  await page.fill("[data-testid=alarms-text]", "pump vibration");
  await page.click("[data-testid=alarms-priority-1]");
  await page.click("[data-testid=alarms-sort-asset]");
}

export async function alarmsNone(page) {
  await page.fill("[data-testid=alarms-text]", "no such alarm");
}
