// What would be different in a picture taken a moment later, but for values: when two answers are equal, the screen stands.
const bars = [...document.querySelectorAll(".shell > *, main > *, dialog[open]")].map((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  return [left, top, width, height].map(Math.round).join(" ");
});
/** Whether a trend shows more than its ground and grid. */
const drawn = [...document.querySelectorAll("[data-testid=trend-pixels]")].map((canvas) => {
  if (canvas.width < 2 || canvas.height < 2) return "none";
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  for (let at = 0; at < data.length && colours.size < 6; at += 4 * 37) {
    colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  }
  return colours.size > 3 ? "drawn" : "empty";
});
return [
  document.readyState,
  document.fonts.status,
  document.querySelectorAll("*").length,
  document.getAnimations().filter(({ playState }) => playState === "running").length,
  ...bars,
  ...drawn,
].join("|");
