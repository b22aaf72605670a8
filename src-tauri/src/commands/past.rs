//! The plant at an instant of the past.

use tauri::{State, ipc::Response};
use twin_app::api::{
    alarm::{AlarmRow, AlarmsPage, AlarmsQuery},
    past::RaisedView,
};

use super::answer::{Answer, app, wrong};
use crate::Host;

#[tauri::command]
pub async fn plant_as_of(host: State<'_, Host>, at: f64) -> Answer<Response> {
    let frame = app(&host)?.plant_as_of(at).await;
    frame.map(Response::new).map_err(wrong)
}

#[tauri::command]
pub async fn alarm_history_as_of(
    host: State<'_, Host>,
    at: f64,
    before: f64,
    limit: u32,
) -> Answer<Vec<AlarmRow>> {
    let rows = app(&host)?.alarm_history_as_of(at, before, limit).await;
    rows.map_err(wrong)
}

#[tauri::command]
pub async fn alarm(host: State<'_, Host>, id: String, at: Option<f64>) -> Answer<Option<AlarmRow>> {
    app(&host)?.alarm(&id, at).await.map_err(wrong)
}

#[tauri::command]
pub async fn alarms_within(host: State<'_, Host>, query: AlarmsQuery) -> Answer<AlarmsPage> {
    app(&host)?.alarms_within(&query).await.map_err(wrong)
}

#[tauri::command]
pub async fn raised(
    host: State<'_, Host>,
    t0: f64,
    t1: f64,
    spans: u32,
) -> Answer<Vec<RaisedView>> {
    app(&host)?.raised(t0, t1, spans).await.map_err(wrong)
}

#[tauri::command]
pub async fn raised_beside(host: State<'_, Host>, at: f64, later: bool) -> Answer<Option<f64>> {
    app(&host)?.raised_beside(at, later).await.map_err(wrong)
}
