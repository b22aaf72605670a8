//! Connections: their forms, looks at the other side, and what came over them.

use tauri::State;
use twin_app::api::{
    connection::{ConnectionForm, ConnectionRow, HeardRow, SavedView},
    look::{LookRequest, LookView},
    session::SessionView,
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command(async)]
pub fn connections(host: State<'_, Host>) -> Answer<Vec<ConnectionRow>> {
    Ok(app(&host)?.connections())
}

#[tauri::command]
pub async fn heard(host: State<'_, Host>, connection: String) -> Answer<Vec<HeardRow>> {
    app(&host)?.heard(&connection).await.map_err(wrong)
}

#[tauri::command]
pub async fn start_look(host: State<'_, Host>, request: LookRequest) -> Answer<LookView> {
    app(&host)?.start_look(request).await.map_err(wrong)
}

#[tauri::command(async)]
pub fn look(host: State<'_, Host>, number: u32) -> Answer<LookView> {
    app(&host)?.look(number).map_err(wrong)
}

#[tauri::command]
pub fn cancel_look(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.cancel_look(number);
    Ok(())
}

#[tauri::command]
pub async fn save_connection(
    host: State<'_, Host>,
    form: ConnectionForm,
    opened: Option<ConnectionForm>,
) -> Answer<SavedView> {
    app(&host)?
        .save_connection(&form, opened.as_ref(), &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn remove_connection(host: State<'_, Host>, id: String) -> Answer<()> {
    app(&host)?
        .remove_connection(&id, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn request_rebirth(
    host: State<'_, Host>,
    connection: String,
    node: String,
) -> Answer<()> {
    app(&host)?
        .request_rebirth(&connection, &node, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn sparkplug_session(host: State<'_, Host>, connection: String) -> Answer<SessionView> {
    app(&host)?
        .sparkplug_session(&connection)
        .await
        .map_err(wrong)
}
