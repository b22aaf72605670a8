// From now on the page's faults are kept for whoever asks.
if (!window.heard) {
  window.heard = [];
  const hear = (text) => {
    if (window.heard.length < 20) window.heard.push(String(text).slice(0, 300));
  };
  addEventListener("error", (event) => hear(event.message));
  addEventListener("unhandledrejection", (event) => hear(event.reason));
  document.addEventListener("securitypolicyviolation", (event) =>
    hear(`the content policy blocks ${event.violatedDirective} ${event.blockedURI}`),
  );
  for (const level of ["error", "warn"]) {
    const before = console[level];
    console[level] = (...words) => {
      hear(words.join(" "));
      before.apply(console, words);
    };
  }
}
