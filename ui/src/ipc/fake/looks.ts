/** Looks at the other side of a connection, played: a test takes half a second, listening two. */
import type { Backend } from "../backend";
import type { FilterView } from "../bindings/FilterView";
import type { LookRequest } from "../bindings/LookRequest";
import type { LookView } from "../bindings/LookView";
import type { OfferView } from "../bindings/OfferView";
import { fakeTest } from "./connections";
import { refused, said, sentence } from "./said";

const TAKES_S = { test: 0.5, filter: 2, resources: 0.5 };

function fakeFilter(filter: string): FilterView {
  const branch = (name: string, topics: number, messages: number) => ({
    name,
    topics,
    messages,
    bytes: messages * 96,
  });
  return {
    filter,
    seconds: 10,
    capped: false,
    topics: 412,
    topics_capped: false,
    known_topics: 38,
    messages_per_s: 312.4,
    known_messages_per_s: 94.2,
    bytes_per_s: 29_990,
    retained: 52,
    largest_payload: 1_240_000,
    branches: [
      branch("plant/hall-1", 180, 1_620),
      branch("plant/hall-2", 148, 1_204),
      branch("plant/boiler", 60, 240),
      branch("plant/weather", 24, 112),
    ],
    elsewhere: 0,
    doubts: [
      {
        message: sentence("look-doubt-size", { size: "1240.0", limit: "1048.6" }),
        advice: sentence("look-doubt-size-advice"),
      },
    ],
  };
}

const OFFER: OfferView = {
  resources: [
    {
      path: "/level",
      observable: true,
      about: [
        said("Well level"),
        said("number"),
        said("application/json"),
        sentence("look-offered-size", { size: 18 }),
      ],
    },
    {
      path: "/battery",
      observable: false,
      about: ["Battery", "number", "text/plain"].map((text) => said(text)),
    },
    {
      path: "/temperature",
      observable: true,
      about: ["Water temperature", "number", "application/json"].map((text) => said(text)),
    },
    { path: "/firmware", observable: false, about: [] },
  ],
  left_out: 1,
};

function found(request: LookRequest, now: number): Pick<LookView, "test" | "filter" | "resources"> {
  const nothing = { test: null, filter: null, resources: null };
  switch (request.kind) {
    case "test":
      return { ...nothing, test: fakeTest(request.form, now) };
    case "filter":
      return { ...nothing, filter: fakeFilter(request.filter) };
    case "resources":
      return { ...nothing, resources: OFFER };
  }
}

export function fakeLooks(): Pick<Backend, "startLook" | "look" | "cancelLook"> {
  let number = 0;
  let began = 0;
  let last: LookRequest | null = null;

  const view = (request: LookRequest): LookView => {
    const seconds = (Date.now() - began) / 1_000;
    const takes = TAKES_S[request.kind];
    const running = seconds < takes;
    return {
      number,
      running,
      seconds,
      whole_s: request.kind === "filter" ? takes : null,
      failure: null,
      ...(running ? { test: null, filter: null, resources: null } : found(request, Date.now() * 1_000)),
    };
  };
  return {
    async startLook(request) {
      [number, began, last] = [number + 1, Date.now(), request];
      return view(request);
    },
    async look(asked) {
      if (!last || asked !== number)
        throw refused("error-unknown", { what: sentence("error-thing-look"), id: String(asked) });
      return view(last);
    },
    async cancelLook(asked) {
      if (asked === number) last = null;
    },
  };
}
