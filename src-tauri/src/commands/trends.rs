//! What a trend asks for beside its columns: annotations, exact statistics, bands of states.

use tauri::State;
use twin_app::api::{
    annotations::{
        AnnotationAnswer, AnnotationDraft, AnnotationList, AnnotationQuery, AnnotationView,
    },
    statistics::{StateBand, StatisticsRequest, StatisticsView},
    trend::TrendRequest,
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn annotations(host: State<'_, Host>, query: AnnotationQuery) -> Answer<AnnotationList> {
    app(&host)?.annotations(&query).await.map_err(wrong)
}

#[tauri::command]
pub async fn annotate(host: State<'_, Host>, draft: AnnotationDraft) -> Answer<AnnotationView> {
    app(&host)?.annotate(&draft, &user()?).await.map_err(wrong)
}

#[tauri::command]
pub async fn change_annotation(
    host: State<'_, Host>,
    id: u32,
    revision: u32,
    draft: AnnotationDraft,
) -> Answer<AnnotationAnswer> {
    app(&host)?
        .change_annotation(id, revision, &draft, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn remove_annotation(
    host: State<'_, Host>,
    id: u32,
    revision: u32,
) -> Answer<AnnotationAnswer> {
    app(&host)?
        .remove_annotation(id, revision, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn restore_annotation(
    host: State<'_, Host>,
    id: u32,
    revision: u32,
) -> Answer<AnnotationAnswer> {
    app(&host)?
        .restore_annotation(id, revision, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn start_statistics(
    host: State<'_, Host>,
    request: StatisticsRequest,
) -> Answer<StatisticsView> {
    app(&host)?.start_statistics(&request).await.map_err(wrong)
}

#[tauri::command(async)]
pub fn statistics(host: State<'_, Host>, number: u32) -> Answer<StatisticsView> {
    app(&host)?.statistics(number).map_err(wrong)
}

#[tauri::command]
pub fn cancel_statistics(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.cancel_statistics(number);
    Ok(())
}

#[tauri::command]
pub async fn state_bands(host: State<'_, Host>, request: TrendRequest) -> Answer<Vec<StateBand>> {
    app(&host)?.state_bands(&request).await.map_err(wrong)
}
