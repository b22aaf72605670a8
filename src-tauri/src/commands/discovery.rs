//! What was heard and is in no plant file yet.

use tauri::State;
use twin_app::api::discovery::{
    Acceptance, DiscoveryQuery, DiscoveryView, Ignoring, PlantChange, ProposalView,
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn discovery(host: State<'_, Host>, query: DiscoveryQuery) -> Answer<DiscoveryView> {
    app(&host)?.discovery(query).await.map_err(wrong)
}

#[tauri::command]
pub async fn discovery_proposal(host: State<'_, Host>, id: String) -> Answer<Option<ProposalView>> {
    app(&host)?.discovery_proposal(&id).await.map_err(wrong)
}

#[tauri::command]
pub async fn discovery_preview(
    host: State<'_, Host>,
    acceptance: Acceptance,
) -> Answer<PlantChange> {
    app(&host)?
        .discovery_preview(acceptance)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn discovery_accept(
    host: State<'_, Host>,
    acceptance: Acceptance,
) -> Answer<PlantChange> {
    app(&host)?
        .discovery_accept(acceptance, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn discovery_ignore(host: State<'_, Host>, ignoring: Ignoring) -> Answer<Vec<String>> {
    app(&host)?
        .discovery_ignore(ignoring, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn discovery_unignore(host: State<'_, Host>, filters: Vec<String>) -> Answer<()> {
    app(&host)?
        .discovery_unignore(&filters, &user()?)
        .await
        .map_err(wrong)
}
