// Steps before the pictures.
export async function session(page) {
  await page.click("[data-testid='session-row-Riverside/edge-2'] button");
}

export async function form(page) {
  await page.click("[data-testid=connection-new]");
  await page.fill("[data-testid=form-name]", "Laboratory");
  await page.fill("[data-testid=form-host]", "lab.example");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=test-steps]");
}

export async function doctor(page) {
  await page.click("[data-testid=connection-station] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor]");
  await page.click("[data-step=TLS] summary");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

export async function outdated(page) {
  await doctor(page);
  await page.fill("[data-testid=form-host]", "other.example");
  await page.locator("[data-testid=test-outcome]").scrollIntoViewIfNeeded();
}

export async function meanwhile(page) {
  await page.click("[data-testid=connection-station] [data-testid=connection-edit]");
  await page.fill("[data-testid=form-name]", "Riverside");
  await page.click("[data-testid=form-save]");
  await page.waitForSelector("[data-testid=form-changed]");
}

export async function doctorRisk(page) {
  await page.click("[data-testid=connection-lorawan] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor-risks]");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

export async function advanced(page) {
  await page.click("[data-testid=connection-new]");
  await page.click("[data-testid=form-advanced] summary");
  await page.click("[data-testid=form-aws]");
  await page.fill("[data-testid=form-server-name]", "other.example");
  await page.fill("[data-testid=form-filter-1]", "#");
  await page.click("[data-testid=form-save]");
}

/** Rules for payloads, one of each kind, and what is wrong with them. */
export async function reading(page) {
  await page.click("[data-testid=connection-station] [data-testid=connection-edit]");
  await page.click("[data-testid=form-reading] summary");
  await page.fill("[data-testid=form-shadows]", "pump-1, pump-2/config");
  await page.fill("[data-testid=form-primary-host]", "desk");
  await page.click("[data-testid=rule-add]");
  await page.fill("[data-testid=rule-filter-1]", "raw/+");
  await page.selectOption("[data-testid=rule-as-1]", "layout");
  for (const [number, name, at, type] of [
    [1, "level", "0", "u16be"],
    [2, "temperature", "2", "i16"],
  ]) {
    await page.click("[data-testid=field-add]");
    await page.fill(`[data-testid=field-name-${number}]`, name);
    await page.fill(`[data-testid=field-at-${number}]`, at);
    await page.fill(`[data-testid=field-type-${number}]`, type);
  }
  await page.click("[data-testid=rule-add]");
  await page.fill("[data-testid=rule-filter-2]", "laboratory/csv");
  await page.selectOption("[data-testid=rule-as-2]", "csv");
  await page.selectOption("[data-testid=rule-zone-2]", "Europe/Berlin");
  await page.fill("[data-testid=rule-columns-2]", "time, flow, -");
  await page.click("[data-testid=form-save]");
  await page.locator("[data-testid=rule-add]").scrollIntoViewIfNeeded();
}

export async function listening(page) {
  await page.click("[data-testid=connection-new]");
  await page.fill("[data-testid=form-host]", "lab.example");
  await page.locator("[data-testid=form-advise-1]").scrollIntoViewIfNeeded();
  await page.click("[data-testid=form-advise-1]");
}

export async function advisor(page) {
  await listening(page);
  await page.waitForSelector("[data-testid=filter-sample]");
  await page.locator("[data-testid=form-save]").scrollIntoViewIfNeeded();
}

export async function coap(page) {
  await page.click("[data-testid=connection-new]");
  await page.selectOption("[data-testid=form-protocol]", "coap");
  await page.fill("[data-testid=form-host]", "well.example");
  await page.fill("[data-testid=form-identity]", "twinscope");
  await page.fill("[data-testid=form-key]", "sesame");
  await page.click("[data-testid=form-discover]");
  await page.waitForSelector("[data-testid=form-offer]");
  await page.click("[data-testid=form-offer] input >> nth=0");
  await page.click("[data-testid=form-offer] input >> nth=1");
}

export async function coapPlain(page) {
  await page.click("[data-testid=connection-new]");
  await page.selectOption("[data-testid=form-protocol]", "coap");
  await page.click("[data-testid=form-tls]");
  await page.click("[data-testid=form-save]");
}

export async function coapDoctor(page) {
  await page.click("[data-testid=connection-well] [data-testid=connection-edit]");
  await page.click("[data-testid=form-test]");
  await page.waitForSelector("[data-testid=doctor]");
}

export async function cards(page) {
  await page.locator("[data-testid=connection-well]").scrollIntoViewIfNeeded();
}

export async function plain(page) {
  await page.click("[data-testid=connection-new]");
  await page.click("[data-testid=form-tls]");
  await page.click("[data-testid=form-save]");
}
