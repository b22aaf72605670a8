/** What the window keeps for its next start. Without storage, it lasts as long as the window. */

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Null takes it away. */
export function store(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    return;
  }
}

/** One of the known words; the first of them when something else is stored. */
export function storedWord<T extends string>(key: string, known: readonly [T, ...T[]]): T {
  const word = stored(key);
  return known.find((one) => one === word) ?? known[0];
}
