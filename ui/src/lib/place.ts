/** Where a panel goes beside what opened it. */

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Kept free between a panel and the edge of the window, pixels. */
const MARGIN = 8;

/**
 * Left and top, pixels, of a panel of `size` beside `opener` in a window of `room`: below and right-aligned, above where
 * there is no room below, and never outside the window.
 */
export function placeBeside(opener: Box, size: Size, room: Size, gap: number): { left: number; top: number } {
  const below = opener.bottom + gap;
  const above = opener.top - gap - size.height;
  const fits = below + size.height + MARGIN <= room.height;
  const top = fits || above < MARGIN ? Math.min(below, room.height - size.height - MARGIN) : above;
  const left = Math.min(opener.right - size.width, room.width - size.width - MARGIN);
  return { left: Math.max(MARGIN, left), top: Math.max(MARGIN, top) };
}
