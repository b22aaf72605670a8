/** The backend behind the real window. */
import { Channel, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Backend } from "./backend";

/** A raw message arrives as a buffer, or as plain numbers when it took the slow way through script text. */
type RawMessage = ArrayBuffer | Uint8Array | number[];

function toBuffer(message: RawMessage): ArrayBuffer {
  if (message instanceof ArrayBuffer) return message;
  return Uint8Array.from(message).buffer;
}

export function tauriBackend(): Backend {
  let current: Channel<RawMessage> | null = null;
  return {
    plant: () => invoke("plant"),
    plantFile: () => invoke("plant_file"),
    models: () => invoke("models"),
    importModel: (path, choice) => invoke("model_import", { path, choice }),
    pictures: () => invoke("pictures"),
    picture: (name) => invoke("picture", { name }),
    savePicture: (name, print, bindings) => invoke("save_picture", { name, print, bindings }),
    importPicture: (path) => invoke("import_picture", { path }),
    planDrawing: async (id) => toBuffer(await invoke<RawMessage>("plan_drawing", { id })),
    mapOutline: () => invoke("map_outline"),
    placeAsset: (placing) => invoke("place_asset", { placing }),
    async subscribe(onFrame) {
      const channel = new Channel<RawMessage>();
      current = channel;
      channel.onmessage = (message) => {
        // Frames of a replaced subscription may still be under way.
        if (current === channel) onFrame(toBuffer(message));
      };
      await invoke("subscribe", { channel });
    },
    alarms: () => invoke("alarms"),
    alarmHistory: (before, limit) => invoke("alarm_history", { before, limit }),
    plantAsOf: async (at) => toBuffer(await invoke<RawMessage>("plant_as_of", { at })),
    alarm: (id, at) => invoke("alarm", { id, at }),
    alarmsWithin: (query) => invoke("alarms_within", { query }),
    alarmHistoryAsOf: (at, before, limit) => invoke("alarm_history_as_of", { at, before, limit }),
    raised: (t0, t1, spans) => invoke("raised", { t0, t1, spans }),
    raisedBeside: (at, later) => invoke("raised_beside", { at, later }),
    acknowledge: (id, comment) => invoke("acknowledge", { id, comment }),
    trend: async (request) => toBuffer(await invoke<RawMessage>("trend", { request })),
    stateBands: (request) => invoke("state_bands", { request }),
    startStatistics: (request) => invoke("start_statistics", { request }),
    statistics: (number) => invoke("statistics", { number }),
    cancelStatistics: (number) => invoke("cancel_statistics", { number }),
    annotations: (query) => invoke("annotations", { query }),
    annotate: (draft) => invoke("annotate", { draft }),
    changeAnnotation: (id, revision, draft) => invoke("change_annotation", { id, revision, draft }),
    removeAnnotation: (id, revision) => invoke("remove_annotation", { id, revision }),
    restoreAnnotation: (id, revision) => invoke("restore_annotation", { id, revision }),
    anomaly: (asset) => invoke("anomaly", { asset }),
    device: (asset) => invoke("device", { asset }),
    assetEvents: (query) => invoke("asset_events", { query }),
    documents: (asset) => invoke("documents", { asset }),
    documentsLines: (change) => invoke("documents_lines", { change }),
    changeDocuments: (change) => invoke("change_documents", { change }),
    openDocument: (asset, index, seen) => invoke("open_document", { asset, index, seen }),
    pickPath: (request) => invoke("pick_path", { request }),
    connections: () => invoke("connections"),
    heard: (connection) => invoke("heard", { connection }),
    startLook: (request) => invoke("start_look", { request }),
    look: (number) => invoke("look", { number }),
    cancelLook: (number) => invoke("cancel_look", { number }),
    saveConnection: (form, opened) => invoke("save_connection", { form, opened }),
    removeConnection: (id) => invoke("remove_connection", { id }),
    undoable: () => invoke("undoable"),
    undo: (number) => invoke("undo", { number }),
    requestRebirth: (connection, node) => invoke("request_rebirth", { connection, node }),
    discovery: (query) => invoke("discovery", { query }),
    discoveryProposal: (id) => invoke("discovery_proposal", { id }),
    discoveryPreview: (acceptance) => invoke("discovery_preview", { acceptance }),
    discoveryAccept: (acceptance) => invoke("discovery_accept", { acceptance }),
    discoveryIgnore: (ignoring) => invoke("discovery_ignore", { ignoring }),
    discoveryUnignore: (filters) => invoke("discovery_unignore", { filters }),
    sparkplugSession: (connection) => invoke("sparkplug_session", { connection }),
    rates: (query) => invoke("rates", { query }),
    startTap: (connection, topic) => invoke("start_tap", { connection, topic }),
    tap: () => invoke("tap"),
    tapped: (number) => invoke("tapped", { number }),
    endTap: () => invoke("end_tap"),
    evidenceTotals: () => invoke("evidence_totals"),
    evidence: (connection, reason, before) => invoke("evidence", { connection, reason, before }),
    evidencePayload: (connection, number) => invoke("evidence_payload", { connection, number }),
    health: () => invoke("health"),
    settings: () => invoke("settings"),
    setSettings: (settings) => invoke("set_settings", { settings }),
    closeWindow: (keepCollecting, remember) => invoke("close_window", { keepCollecting, remember }),
    saveTrendPicture: (png) => invoke("save_trend_picture", png),
    cancelTrendPicture: () => invoke("cancel_trend_picture"),
    startExport: (request) => invoke("start_export", { request }),
    startImport: (path) => invoke("start_import", { path }),
    startBackup: (path) => invoke("start_backup", { path }),
    startCheck: () => invoke("start_check"),
    keeping: () => invoke("keeping"),
    fileJob: () => invoke("file_job"),
    cancelFileJob: () => invoke("cancel_file_job"),
    putAwayFileJob: (number) => invoke("put_away_file_job", { number }),
    program: () => invoke("program"),
    workspace: () => invoke("workspace"),
    openDemo: () => invoke("open_demo"),
    openFolder: (path, make) => invoke("open_folder", { path, make }),
    openOwn: () => invoke("open_own"),
    opening: () => invoke("opening"),
    cancelOpening: () => invoke("cancel_opening"),
    layouts: () => invoke("layouts"),
    layout: (named) => invoke("layout", { named }),
    saveLayout: (named, text) => invoke("save_layout", { named, text }),
    uiReady: () => invoke("ui_ready"),
    onAskClose: (handler) => listen("ask-close", () => handler()),
  };
}
