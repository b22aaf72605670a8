/** Keeps what a person does from being done at another time than they see. */
import type { Backend } from "../ipc/backend";

/** What changes the plant, its file or its alarms. */
const CHANGES: ReadonlySet<PropertyKey> = new Set([
  "acknowledge",
  "annotate",
  "changeAnnotation",
  "removeAnnotation",
  "restoreAnnotation",
  "importModel",
  "savePicture",
  "importPicture",
  "saveConnection",
  "removeConnection",
  "undo",
  "requestRebirth",
  "discoveryAccept",
  "discoveryIgnore",
  "discoveryUnignore",
  "placeAsset",
  "changeDocuments",
] satisfies (keyof Backend)[]);

/** The same program, which refuses changes while `refused` gives a reason. */
export function guarded(backend: Backend, refused: () => string | null): Backend {
  return new Proxy(backend, {
    get(target, name, receiver): unknown {
      const why = CHANGES.has(name) ? refused() : null;
      return why === null ? Reflect.get(target, name, receiver) : () => Promise.reject(new Error(why));
    },
  });
}
