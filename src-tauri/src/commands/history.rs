//! History: trends, and jobs with files.

use tauri::{
    State,
    ipc::{InvokeBody, Request, Response},
};
use twin_app::api::{
    files::{ExportRequest, FileJobView, Keeping},
    trend::TrendRequest,
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn start_export(host: State<'_, Host>, request: ExportRequest) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_export(&request, &user()?).await.map_err(wrong)
}

#[tauri::command]
pub async fn start_import(host: State<'_, Host>, path: String) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_import(&path, &user()?).await.map_err(wrong)
}

#[tauri::command]
pub async fn start_backup(host: State<'_, Host>, path: String) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_backup(&path, &user()?).await.map_err(wrong)
}

#[tauri::command]
pub async fn start_check(host: State<'_, Host>) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_check(&user()?).await.map_err(wrong)
}

#[tauri::command(async)]
pub fn keeping(host: State<'_, Host>) -> Answer<Keeping> {
    Ok(app(&host)?.files().keeping())
}

#[tauri::command(async)]
pub fn file_job(host: State<'_, Host>) -> Answer<Option<FileJobView>> {
    Ok(app(&host)?.files().job())
}

#[tauri::command]
pub fn cancel_file_job(host: State<'_, Host>) -> Answer<()> {
    app(&host)?.files().cancel();
    Ok(())
}

#[tauri::command]
pub fn put_away_file_job(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.files().put_away(number);
    Ok(())
}

/// The picture comes as bytes; as a list of numbers where the window had to send it as text.
#[tauri::command(async)]
pub fn save_trend_picture(host: State<'_, Host>, request: Request<'_>) -> Answer<String> {
    let numbers: Vec<u8>;
    let png = match request.body() {
        InvokeBody::Raw(png) => png,
        InvokeBody::Json(list) => {
            let all = list.as_array().into_iter().flatten();
            let byte = |number: u64| u8::try_from(number).ok();
            numbers = all.filter_map(|n| n.as_u64().and_then(byte)).collect();
            &numbers
        }
    };
    let path = app(&host)?.save_trend_picture(png).map_err(wrong)?;
    Ok(path.display().to_string())
}

#[tauri::command]
pub fn cancel_trend_picture(host: State<'_, Host>) -> Answer<()> {
    app(&host)?.cancel_trend_picture();
    Ok(())
}

#[tauri::command]
pub async fn trend(host: State<'_, Host>, request: TrendRequest) -> Answer<Response> {
    app(&host)?
        .trend(&request)
        .await
        .map(Response::new)
        .map_err(wrong)
}
