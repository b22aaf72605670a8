//! What a person did and can take back.

use tauri::State;
use twin_app::api::undo::ActView;

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn undoable(host: State<'_, Host>) -> Answer<Vec<ActView>> {
    app(&host)?.undoable().await.map_err(wrong)
}

#[tauri::command]
pub async fn undo(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.undo(number, &user()?).await.map_err(wrong)
}
