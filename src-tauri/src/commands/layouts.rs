//! Layouts of the window as files.

use tauri::State;

use super::answer::{Answer, app, wrong};
use crate::Host;

#[tauri::command(async)]
pub fn layouts(host: State<'_, Host>) -> Answer<Vec<String>> {
    app(&host)?.layouts().map_err(wrong)
}

#[tauri::command(async)]
pub fn layout(host: State<'_, Host>, named: String) -> Answer<String> {
    app(&host)?.layout(&named).map_err(wrong)
}

#[tauri::command(async)]
pub fn save_layout(host: State<'_, Host>, named: String, text: String) -> Answer<String> {
    app(&host)?.save_layout(&named, &text).map_err(wrong)
}
