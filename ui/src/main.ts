import "./lib/locale-guard";
import "@fontsource-variable/inter/wght.css";
import "./components/shared/tokens.css";
import "./components/shared/contrast.css";
import "./components/shared/density.css";
import "./components/shared/form.css";
import "./components/shared/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { openBackend } from "./ipc";
import { type Backend, errorMessage } from "./ipc/backend";
import { openedPlant, resumeRoute } from "./live/kept";
import { windowLanguage } from "./live/language.svelte";
import { Live } from "./live/live.svelte";
import { looks } from "./live/looks.svelte";
import { theme } from "./live/theme.svelte";

theme.start();
looks.start();
windowLanguage.start();
const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element #app to mount the window in.");

/** Where the program could not be started, the window says so, with whatever state there is. */
async function isAnotherPlant(backend: Backend): Promise<boolean> {
  try {
    return openedPlant((await backend.workspace()).folder);
  } catch {
    return false;
  }
}

try {
  const backend = await openBackend();
  if (await isAnotherPlant(backend)) window.location.reload();
  else {
    resumeRoute();
    const live = new Live(backend);
    mount(App, { target, props: { live } });
    await live.start();
  }
} catch (error) {
  target.textContent = errorMessage(error);
}
