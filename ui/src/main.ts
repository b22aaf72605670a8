import "./lib/locale-guard";
import "@fontsource-variable/inter/wght.css";
import "./components/shared/tokens.css";
import "./components/shared/contrast.css";
import "./components/shared/density.css";
import "./components/shared/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { openBackend } from "./ipc";
import { errorMessage } from "./ipc/backend";
import { windowLanguage } from "./live/language.svelte";
import { Live } from "./live/live.svelte";
import { looks } from "./live/looks.svelte";
import { theme } from "./live/theme.svelte";

theme.start();
looks.start();
windowLanguage.start();
const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element #app to mount the window in.");

try {
  const live = new Live(await openBackend());
  mount(App, { target, props: { live } });
  await live.start();
} catch (error) {
  target.textContent = errorMessage(error);
}
