//! The program itself, and which plant it shows.

use tauri::State;
use twin_app::api::opening::{OpeningView, ProgramView, WorkspaceView};

use super::answer::{Answer, wrong};
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
    Ok(host.workspace().await)
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
