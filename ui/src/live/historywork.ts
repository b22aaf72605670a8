/** What a person can ask for in the settings' section about history: each has a dialog of its own. */
export type HistoryWork = "backup" | "check" | "import";
