/** Which screen is shown; kept in the address, so that back and forward work. */
export type Route =
  | { screen: "overview" }
  | { screen: "asset"; id: string; signal?: number | null }
  | { screen: "alarms" }
  | { screen: "process" }
  | { screen: "trend" }
  | { screen: "connections" }
  | { screen: "types" }
  | { screen: "discovery"; connection?: string | null };

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#\/?/, "").split("/");
  if (parts[0] === "asset" && parts[1]) {
    const signal = Number.parseInt(parts[2] ?? "", 10);
    return {
      screen: "asset",
      id: decodeURIComponent(parts[1]),
      signal: Number.isNaN(signal) ? null : signal,
    };
  }
  if (parts[0] === "process") return { screen: "process" };
  if (parts[0] === "alarms") return { screen: "alarms" };
  if (parts[0] === "trend") return { screen: "trend" };
  if (parts[0] === "connections") return { screen: "connections" };
  if (parts[0] === "types") return { screen: "types" };
  if (parts[0] === "discovery") {
    return { screen: "discovery", connection: parts[1] ? decodeURIComponent(parts[1]) : null };
  }
  return { screen: "overview" };
}

export function routeHash(route: Route): string {
  if (route.screen === "discovery" && route.connection) {
    return `#/discovery/${encodeURIComponent(route.connection)}`;
  }
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

  go(route: Route): void {
    window.location.hash = routeHash(route);
  }
}

export const router = new Router();
