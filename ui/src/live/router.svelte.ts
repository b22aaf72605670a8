/** Which screen is shown; kept in the address, so that back and forward work. */
export type Route =
  /** `query`: what is chosen on it; null: as it was. */
  | { screen: "overview"; query?: string | null }
  | { screen: "asset"; id: string; signal?: number | null }
  /** `opened`: id of the occurrence that is looked for. */
  | { screen: "alarms"; opened?: string | null }
  | { screen: "process" }
  | { screen: "trend" }
  | { screen: "connections" }
  | { screen: "types" }
  | { screen: "discovery"; connection?: string | null }
  /** `topic` on `connection`: whose messages are looked at. */
  | { screen: "diagnostics"; section?: DiagnosticsSection; connection?: string; topic?: string };

export const DIAGNOSTICS = ["rates", "messages", "sessions", "dropped", "program"] as const;
export type DiagnosticsSection = (typeof DIAGNOSTICS)[number];

export function parseRoute(hash: string): Route {
  const mark = hash.indexOf("?");
  const parts = (mark < 0 ? hash : hash.slice(0, mark)).replace(/^#\/?/, "").split("/");
  if (parts[0] === "asset" && parts[1]) {
    const signal = Number.parseInt(parts[2] ?? "", 10);
    return {
      screen: "asset",
      id: decodeURIComponent(parts[1]),
      signal: Number.isNaN(signal) ? null : signal,
    };
  }
  if (parts[0] === "process") return { screen: "process" };
  if (parts[0] === "alarms") {
    const opened = mark < 0 ? null : new URLSearchParams(hash.slice(mark + 1)).get("opened");
    return opened ? { screen: "alarms", opened } : { screen: "alarms" };
  }
  if (parts[0] === "trend") return { screen: "trend" };
  if (parts[0] === "connections") return { screen: "connections" };
  if (parts[0] === "types") return { screen: "types" };
  if (parts[0] === "discovery") {
    return { screen: "discovery", connection: parts[1] ? decodeURIComponent(parts[1]) : null };
  }
  if (parts[0] === "diagnostics") {
    const section = DIAGNOSTICS.find((one) => one === parts[1]) ?? "rates";
    const [connection = "", topic = ""] = parts.slice(2).map(decodeURIComponent);
    return { screen: "diagnostics", section, connection, topic };
  }
  return mark < 0 ? { screen: "overview" } : { screen: "overview", query: hash.slice(mark + 1) };
}

export function routeHash(route: Route): string {
  if (route.screen === "discovery" && route.connection) {
    return `#/discovery/${encodeURIComponent(route.connection)}`;
  }
  if (route.screen === "alarms" && route.opened) {
    return `#/alarms?${new URLSearchParams({ opened: route.opened })}`;
  }
  if (route.screen === "diagnostics") {
    const parts = [route.section ?? "rates", route.connection ?? "", route.topic ?? ""];
    return `#/diagnostics/${parts.map(encodeURIComponent).join("/")}`.replace(/\/+$/, "");
  }
  if (route.screen === "overview") return route.query == null ? "#/overview" : `#/overview?${route.query}`;
  if (route.screen !== "asset") return `#/${route.screen}`;
  const signal = route.signal == null ? "" : `/${route.signal}`;
  return `#/asset/${encodeURIComponent(route.id)}${signal}`;
}

class Router {
  route: Route = $state.raw({ screen: "overview" });

  start(): () => void {
    const follow = () => {
      this.route = parseRoute(window.location.hash);
    };
    follow();
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }

  /** Says in the address where one is, without going anywhere. */
  restate(route: Route): void {
    const hash = routeHash(route);
    if (window.location.hash !== hash) window.history.replaceState(window.history.state, "", hash);
    this.route = route;
  }

  go(route: Route): void {
    window.location.hash = routeHash(route);
  }
}

export const router = new Router();
