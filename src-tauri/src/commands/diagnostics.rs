//! What floods, one topic looked at closely, evidence, and how the program does.

use tauri::State;
use twin_app::api::diagnostics::{
    EvidencePage, EvidenceTotal, HealthView, RatesQuery, RatesView, TapView, TappedMessage,
};

use super::answer::{Answer, app, wrong};
use crate::Host;

#[tauri::command]
pub async fn rates(host: State<'_, Host>, query: RatesQuery) -> Answer<RatesView> {
    app(&host)?.rates(query).await.map_err(wrong)
}

#[tauri::command]
pub async fn start_tap(
    host: State<'_, Host>,
    connection: String,
    topic: String,
) -> Answer<TapView> {
    let tap = app(&host)?.start_tap(&connection, &topic).await;
    tap.map_err(wrong)
}

#[tauri::command]
pub async fn tap(host: State<'_, Host>) -> Answer<Option<TapView>> {
    app(&host)?.tap().await.map_err(wrong)
}

#[tauri::command]
pub async fn tapped(host: State<'_, Host>, number: f64) -> Answer<Option<TappedMessage>> {
    app(&host)?.tapped(number).await.map_err(wrong)
}

#[tauri::command]
pub async fn end_tap(host: State<'_, Host>) -> Answer<()> {
    app(&host)?.end_tap().await.map_err(wrong)
}

#[tauri::command]
pub async fn evidence_totals(host: State<'_, Host>) -> Answer<Vec<EvidenceTotal>> {
    app(&host)?.evidence_totals().await.map_err(wrong)
}

#[tauri::command]
pub async fn evidence(
    host: State<'_, Host>,
    connection: String,
    reason: String,
    before: Option<f64>,
) -> Answer<EvidencePage> {
    let evidence = app(&host)?.evidence(&connection, &reason, before).await;
    evidence.map_err(wrong)
}

#[tauri::command]
pub async fn evidence_payload(
    host: State<'_, Host>,
    connection: String,
    number: f64,
) -> Answer<Option<String>> {
    let payload = app(&host)?.evidence_payload(&connection, number).await;
    payload.map_err(wrong)
}

#[tauri::command]
pub async fn health(host: State<'_, Host>) -> Answer<HealthView> {
    app(&host)?.health().await.map_err(wrong)
}
