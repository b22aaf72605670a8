//! The plant as it is now, and its alarms.

use tauri::{
    State,
    ipc::{Channel, InvokeResponseBody},
};
use twin_app::api::{
    alarm::{AlarmList, AlarmRow},
    plant::{AnomalyView, PlantFileView, PlantView},
};

use super::answer::{Answer, app, user, wrong};
use crate::{Host, stream::Stream};

#[tauri::command(async)]
pub fn plant(host: State<'_, Host>) -> Answer<PlantView> {
    Ok(app(&host)?.plant())
}

#[tauri::command(async)]
pub fn plant_file(host: State<'_, Host>) -> Answer<PlantFileView> {
    Ok(app(&host)?.plant_file())
}

#[tauri::command]
pub fn subscribe(
    host: State<'_, Host>,
    stream: State<'_, Stream>,
    channel: Channel<InvokeResponseBody>,
) -> Answer<()> {
    let view = app(&host)?.view().clone();
    stream.start(view, channel);
    Ok(())
}

#[tauri::command(async)]
pub fn alarms(host: State<'_, Host>) -> Answer<AlarmList> {
    Ok(app(&host)?.alarms())
}

#[tauri::command]
pub async fn alarm_history(
    host: State<'_, Host>,
    before: f64,
    limit: u32,
) -> Answer<Vec<AlarmRow>> {
    app(&host)?
        .alarm_history(before, limit)
        .await
        .map_err(wrong)
}

#[tauri::command]
pub async fn acknowledge(
    host: State<'_, Host>,
    id: String,
    comment: Option<String>,
) -> Answer<AlarmRow> {
    app(&host)?
        .acknowledge(&id, &user()?, comment.as_deref().unwrap_or_default())
        .await
        .map_err(wrong)
}

#[tauri::command(async)]
pub fn anomaly(host: State<'_, Host>, asset: String) -> Answer<Option<AnomalyView>> {
    Ok(app(&host)?.anomaly(&asset))
}
