/**
 * Everything the front end can ask of the program behind the window. One implementation speaks Tauri, another plays a
 * plant in the browser for tests and for design work; nothing outside this folder knows which one it has.
 */

import type { Acceptance } from "./bindings/Acceptance";
import type { ActView } from "./bindings/ActView";
import type { AlarmList } from "./bindings/AlarmList";
import type { AlarmRow } from "./bindings/AlarmRow";
import type { AlarmsPage } from "./bindings/AlarmsPage";
import type { AlarmsQuery } from "./bindings/AlarmsQuery";
import type { AnnotationAnswer } from "./bindings/AnnotationAnswer";
import type { AnnotationDraft } from "./bindings/AnnotationDraft";
import type { AnnotationList } from "./bindings/AnnotationList";
import type { AnnotationQuery } from "./bindings/AnnotationQuery";
import type { AnnotationView } from "./bindings/AnnotationView";
import type { AnomalyView } from "./bindings/AnomalyView";
import type { ApiError } from "./bindings/ApiError";
import type { ConnectionForm } from "./bindings/ConnectionForm";
import type { ConnectionRow } from "./bindings/ConnectionRow";
import type { DeviceView } from "./bindings/DeviceView";
import type { DiscoveryQuery } from "./bindings/DiscoveryQuery";
import type { DiscoveryView } from "./bindings/DiscoveryView";
import type { DocumentsChange } from "./bindings/DocumentsChange";
import type { DocumentsLines } from "./bindings/DocumentsLines";
import type { DocumentView } from "./bindings/DocumentView";
import type { EventsPage } from "./bindings/EventsPage";
import type { EventsQuery } from "./bindings/EventsQuery";
import type { EvidencePage } from "./bindings/EvidencePage";
import type { EvidenceTotal } from "./bindings/EvidenceTotal";
import type { ExportRequest } from "./bindings/ExportRequest";
import type { FileJobView } from "./bindings/FileJobView";
import type { HealthView } from "./bindings/HealthView";
import type { HeardRow } from "./bindings/HeardRow";
import type { Ignoring } from "./bindings/Ignoring";
import type { Keeping } from "./bindings/Keeping";
import type { LookRequest } from "./bindings/LookRequest";
import type { LookView } from "./bindings/LookView";
import type { ModelImportView } from "./bindings/ModelImportView";
import type { ModelsView } from "./bindings/ModelsView";
import type { OpeningView } from "./bindings/OpeningView";
import type { PickRequest } from "./bindings/PickRequest";
import type { PictureBinding } from "./bindings/PictureBinding";
import type { PictureList } from "./bindings/PictureList";
import type { PictureRow } from "./bindings/PictureRow";
import type { PictureView } from "./bindings/PictureView";
import type { Placing } from "./bindings/Placing";
import type { PlantChange } from "./bindings/PlantChange";
import type { PlantFileView } from "./bindings/PlantFileView";
import type { PlantView } from "./bindings/PlantView";
import type { ProgramView } from "./bindings/ProgramView";
import type { ProposalView } from "./bindings/ProposalView";
import type { RaisedView } from "./bindings/RaisedView";
import type { RatesQuery } from "./bindings/RatesQuery";
import type { RatesView } from "./bindings/RatesView";
import type { SaidView } from "./bindings/SaidView";
import type { SavedView } from "./bindings/SavedView";
import type { SessionView } from "./bindings/SessionView";
import type { Settings } from "./bindings/Settings";
import type { StateBand } from "./bindings/StateBand";
import type { StatisticsRequest } from "./bindings/StatisticsRequest";
import type { StatisticsView } from "./bindings/StatisticsView";
import type { TappedMessage } from "./bindings/TappedMessage";
import type { TapView } from "./bindings/TapView";
import type { TrendRequest } from "./bindings/TrendRequest";
import type { WorkspaceView } from "./bindings/WorkspaceView";

export interface Backend {
  plant(): Promise<PlantView>;
  /** The plant file as it lies on disk, and what is wrong with it. */
  plantFile(): Promise<PlantFileView>;
  /** The asset types with their twin models, and what is wrong with the model files. */
  models(): Promise<ModelsView>;
  /**
   * Copies a model file into the workspace and makes an asset type of it. Nothing is written when the answer has faults,
   * or Interfaces to choose from: then ask again with the id of one as `choice`.
   */
  importModel(path: string, choice: string | null): Promise<ModelImportView>;
  /** The process pictures of the workspace. May be asked each second. */
  pictures(): Promise<PictureList>;
  /** A process picture with its text, which is not to be trusted. */
  picture(name: string): Promise<PictureView>;
  /** Writes bindings into a picture; refused when its file is not the one with this `print` any more. */
  savePicture(name: string, print: string, bindings: PictureBinding[]): Promise<PictureView>;
  /** Copies an SVG file into the workspace. */
  importPicture(path: string): Promise<PictureRow>;
  /** The drawing of a plan as its file is: SVG, PNG or JPEG, not to be trusted. */
  planDrawing(id: string): Promise<ArrayBuffer>;
  /** GeoJSON text of the map's outline, not to be trusted; null when there is none. */
  mapOutline(): Promise<string | null>;
  /** Puts an asset on a plan or the map, or takes it away; refused when it is elsewhere by now. */
  placeAsset(placing: Placing): Promise<void>;
  /** Starts the live frames; the first one holds everything. A second call replaces the first. */
  subscribe(onFrame: (frame: ArrayBuffer) => void): Promise<void>;
  alarms(): Promise<AlarmList>;
  /** Occurrences whose latest transition has a sequence number below `before` (0: the newest), newest first. */
  alarmHistory(before: number, limit: number): Promise<AlarmRow[]>;
  /** The plant at an instant (microseconds) of the past: one frame, its alarms those that were not over then. */
  plantAsOf(at: number): Promise<ArrayBuffer>;
  /** As `alarmHistory`, of an instant of the past: behind the occurrence whose change has the number `before`. */
  alarmHistoryAsOf(at: number, before: number, limit: number): Promise<AlarmRow[]>;
  /** An occurrence, over or not, as it is or as it was at an instant (microseconds); null when there was none by then. */
  alarm(id: string, at: number | null): Promise<AlarmRow | null>;
  /** Occurrences of an asset, or of signals, that stood at some time of a span, the last raised first. */
  alarmsWithin(query: AlarmsQuery): Promise<AlarmsPage>;
  /** When alarms were raised in a range, put together by `spans` (1 to 1,024) parts of it. */
  raised(t0: number, t1: number, spans: number): Promise<RaisedView[]>;
  /** When an alarm was raised next, after or before an instant. */
  raisedBeside(at: number, later: boolean): Promise<number | null>;
  acknowledge(id: string, comment: string | null): Promise<AlarmRow>;
  /** The binary answer that `decodeTrend` reads. */
  trend(request: TrendRequest): Promise<ArrayBuffer>;
  /** The states of signals over a range, told apart to a column of it: texts, which no column can hold. */
  stateBands(request: TrendRequest): Promise<StateBand[]>;
  /** Begins statistics of every sample of a span, and gives what is done soon. The oldest of several is ended. */
  startStatistics(request: StatisticsRequest): Promise<StatisticsView>;
  /** How far statistics are; refused when they were ended. */
  statistics(number: number): Promise<StatisticsView>;
  cancelStatistics(number: number): Promise<void>;
  /** What people wrote about a span, whenever they did. */
  annotations(query: AnnotationQuery): Promise<AnnotationList>;
  annotate(draft: AnnotationDraft): Promise<AnnotationView>;
  /** Writes over an annotation as it was seen: when it is another by now, that is the answer, and nothing is written. */
  changeAnnotation(id: number, revision: number, draft: AnnotationDraft): Promise<AnnotationAnswer>;
  /** Takes an annotation away; `restoreAnnotation` puts it back. */
  removeAnnotation(id: number, revision: number): Promise<AnnotationAnswer>;
  restoreAnnotation(id: number, revision: number): Promise<AnnotationAnswer>;
  anomaly(asset: string): Promise<AnomalyView | null>;
  /** What is known of the device behind an asset. May be asked each second. */
  device(asset: string): Promise<DeviceView>;
  /** What happened to an asset, the newest first. */
  assetEvents(query: EventsQuery): Promise<EventsPage>;
  /** The documents that the plant file names for an asset. */
  documents(asset: string): Promise<DocumentView[]>;
  /** The lines of the plant file that a change of documents would make; nothing is written. */
  documentsLines(change: DocumentsChange): Promise<DocumentsLines>;
  /** Writes the documents of an asset into the plant file; refused when they are others by now than the person saw. */
  changeDocuments(change: DocumentsChange): Promise<void>;
  /**
   * Has the system open the document with this number. `seen` is the path or address that was shown: where the plant file
   * says something else by now, nothing is opened.
   */
  openDocument(asset: string, index: number, seen: string): Promise<void>;
  /** The path that a person chooses in the system's dialog; null when they choose none. */
  pickPath(request: PickRequest): Promise<string | null>;
  connections(): Promise<ConnectionRow[]>;
  heard(connection: string): Promise<HeardRow[]>;
  /** Begins a look at the other side of a connection; one that goes on is ended. */
  startLook(request: LookRequest): Promise<LookView>;
  /** How far a look is, and what it found; refused when it was ended. */
  look(number: number): Promise<LookView>;
  cancelLook(number: number): Promise<void>;
  /**
   * Puts a connection into the plant file. `opened` is what its form was opened with, null when the plant file has none
   * such: when it says something else by now, that is the answer, and nothing is written.
   */
  saveConnection(form: ConnectionForm, opened: ConnectionForm | null): Promise<SavedView>;
  removeConnection(id: string): Promise<void>;
  /** What can be taken back, for ten minutes each, the newest last: connections, acceptances, types, pictures. */
  undoable(): Promise<ActView[]>;
  /** Takes an act back: plant file, password and picture as they were; refused when what it wrote was changed since. */
  undo(number: number): Promise<void>;
  requestRebirth(connection: string, node: string): Promise<void>;
  /** What was heard and is in no plant file yet, as proposals without their signals. May be asked each second. */
  discovery(query: DiscoveryQuery): Promise<DiscoveryView>;
  /** One proposal with its signals and their last values; null when there is none with this id any more. */
  discoveryProposal(id: string): Promise<ProposalView | null>;
  /** What accepting would change in the plant file, or why it cannot be accepted. Nothing is changed. */
  discoveryPreview(acceptance: Acceptance): Promise<PlantChange>;
  /** Writes what is accepted into the plant file; what was heard of it before joins its history. All or nothing. */
  discoveryAccept(acceptance: Acceptance): Promise<PlantChange>;
  /** Leaves topics alone from now on; gives the filters that were written, for `discoveryUnignore`. */
  discoveryIgnore(ignoring: Ignoring): Promise<string[]>;
  /** Takes filters out of the plant file again: what they cover is proposed when it is heard the next time. */
  discoveryUnignore(filters: string[]): Promise<void>;
  /** How the Sparkplug sessions of a connection go, the worst first. */
  sparkplugSession(connection: string): Promise<SessionView>;
  /** What comes on the topics. May be asked each second. */
  rates(query: RatesQuery): Promise<RatesView>;
  /** Keeps the newest messages of one topic; the one that was tapped before is so no more. */
  startTap(connection: string, topic: string): Promise<TapView>;
  /** The tap as it is now; null when there is none any more. */
  tap(): Promise<TapView | null>;
  /** One message of the tap with its payload; null when it is not kept any more. */
  tapped(number: number): Promise<TappedMessage | null>;
  endTap(): Promise<void>;
  /** Unreadable messages by connection and reason, since history began. */
  evidenceTotals(): Promise<EvidenceTotal[]>;
  /** The newest unreadable messages of a connection and reason that are kept; those before a number when there is one. */
  evidence(connection: string, reason: string, before: number | null): Promise<EvidencePage>;
  /** What is kept of the payload of one of them, two hexadecimal digits a byte; null when it is not kept any more. */
  evidencePayload(connection: string, number: number): Promise<string | null>;
  /** How the program itself does. */
  health(): Promise<HealthView>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<void>;
  closeWindow(keepCollecting: boolean, remember: boolean): Promise<void>;
  /** Writes a picture of a trend (PNG) into the workspace and gives its path. */
  saveTrendPicture(png: Uint8Array): Promise<string>;
  /** What is being written of it is to leave no file; then saving is refused. */
  cancelTrendPicture(): Promise<void>;
  /** Begins to write history into a file; refused while another job with a file runs. */
  startExport(request: ExportRequest): Promise<FileJobView>;
  /** Begins to read a file into history; refused while another job with a file runs. */
  startImport(path: string): Promise<FileJobView>;
  /** Begins to copy history into a new folder (empty: one is chosen); refused while another job runs. */
  startBackup(path: string): Promise<FileJobView>;
  /** Begins to look history through; refused while another job runs. */
  startCheck(): Promise<FileJobView>;
  /** Where copies of history lie, and the commands that need it closed. */
  keeping(): Promise<Keeping>;
  /** The job with history that runs, or the last one until it is put away. */
  fileJob(): Promise<FileJobView | null>;
  cancelFileJob(): Promise<void>;
  /** A person has read how the job with this number ended. */
  putAwayFileJob(number: number): Promise<void>;
  /** What this program is. */
  program(): Promise<ProgramView>;
  /** Which plant is open. */
  workspace(): Promise<WorkspaceView>;
  /** Begins to open the demo plant, whose broker runs on loopback until it is left; refused while another is being opened. */
  openDemo(): Promise<OpeningView>;
  /** Begins to open a folder; with `make`, an empty plant is made where there is none. */
  openFolder(path: string, make: boolean): Promise<OpeningView>;
  /** Begins to open the folder that the program was started with. */
  openOwn(): Promise<OpeningView>;
  /** The way to another plant that goes on, or ended last. When it is done, the window shows the plant of before. */
  opening(): Promise<OpeningView | null>;
  cancelOpening(): Promise<void>;
  /** Names of the layouts in the workspace. */
  layouts(): Promise<string[]>;
  /** The text of a layout; a name alone is one of the workspace. */
  layout(named: string): Promise<string>;
  /** Writes a layout and gives its path; refused where there is a file. */
  saveLayout(named: string, text: string): Promise<string>;
  /** The window shows its first picture. */
  uiReady(): Promise<void>;
  /** A person asked to close the window and has not yet chosen what that means. */
  onAskClose(handler: () => void): Promise<() => void>;
}

let say = ({ text }: SaidView): string => text;

/** Says how sentences of the program are put into the language of the window. */
export function sayErrorsBy(words: (said: SaidView) => string): void {
  say = words;
}

const NO_REASON: SaidView = {
  text: "Something went wrong and gave no reason. Look into the log of the program.",
  sentences: [
    {
      id: "error-no-reason",
      values: {},
      text: "Something went wrong and gave no reason. Look into the log of the program.",
    },
  ],
};

/** What went wrong, in words that a person can act on, whatever the thrown thing was. */
export function errorMessage(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null || !("message" in thrown)) return say(NO_REASON);
  if (typeof thrown.message !== "string") return say(NO_REASON);
  const told = thrown as Partial<ApiError>;
  return told.sentences ? say({ text: thrown.message, sentences: told.sentences }) : thrown.message;
}
