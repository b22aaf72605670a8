//! Plans, the map, and where assets are on them.

use tauri::{State, ipc::Response};
use twin_app::api::plans::Placing;

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn plan_drawing(host: State<'_, Host>, id: String) -> Answer<Response> {
    let drawing = app(&host)?.plan_drawing(&id).await;
    drawing.map(Response::new).map_err(wrong)
}

#[tauri::command]
pub async fn map_outline(host: State<'_, Host>) -> Answer<Option<String>> {
    app(&host)?.map_outline().await.map_err(wrong)
}

#[tauri::command]
pub async fn place_asset(host: State<'_, Host>, placing: Placing) -> Answer<()> {
    app(&host)?
        .place_asset(&placing, &user()?)
        .await
        .map_err(wrong)
}
