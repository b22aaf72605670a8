//! The program itself, which plant it shows, and how its window is laid out.

use tauri::State;
use twin_app::api::opening::{OpeningView, ProgramView, WorkspaceView};

use super::answer::{Answer, app, wrong};
use crate::Host;

#[tauri::command(async)]
pub fn program() -> ProgramView {
    let said = |fact: Option<&'static str>| fact.unwrap_or_default().to_owned();
    ProgramView {
        version: env!("CARGO_PKG_VERSION").into(),
        commit: said(option_env!("TWINSCOPE_COMMIT")),
        profile: said(option_env!("TWINSCOPE_PROFILE")),
        target: said(option_env!("TWINSCOPE_TARGET")),
        compiler: said(option_env!("TWINSCOPE_COMPILER")),
    }
}

#[tauri::command]
pub async fn workspace(host: State<'_, Host>) -> Answer<WorkspaceView> {
    host.workspace().await
}

#[tauri::command]
pub async fn open_demo(host: State<'_, Host>) -> Answer<OpeningView> {
    host.open_demo().map_err(wrong)
}

#[tauri::command]
pub async fn open_folder(host: State<'_, Host>, path: String, make: bool) -> Answer<OpeningView> {
    host.open_folder(&path, make).map_err(wrong)
}

#[tauri::command]
pub async fn open_own(host: State<'_, Host>) -> Answer<OpeningView> {
    host.open_own().map_err(wrong)
}

#[tauri::command(async)]
pub fn opening(host: State<'_, Host>) -> Answer<Option<OpeningView>> {
    Ok(host.opening())
}

#[tauri::command]
pub fn cancel_opening(host: State<'_, Host>) -> Answer<()> {
    host.cancel_opening();
    Ok(())
}

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
