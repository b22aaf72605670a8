//! What the UI may ask. Every command is a thin call into twin-app; the words of an error are made there.
//!
//! A plain command runs on the thread that draws the window, and its answer is written there: only what takes no time and
//! answers nothing may. All others are async.

use std::sync::atomic::Ordering;

use tauri::{
    AppHandle, Manager, State,
    ipc::{Channel, InvokeResponseBody, Response},
};
use twin_app::api::{
    alarm::{AlarmList, AlarmRow},
    connection::{ConnectionForm, ConnectionRow, HeardRow, SavedView},
    discovery::{Acceptance, DiscoveryQuery, DiscoveryView, Ignoring, PlantChange, ProposalView},
    files::{ExportRequest, FileJobView, Keeping},
    look::{LookRequest, LookView},
    models::{ModelImportView, ModelsView},
    past::RaisedView,
    pictures::{PictureBinding, PictureList, PictureRow, PictureView},
    plant::{AnomalyView, PlantFileView, PlantView},
    session::SessionView,
    settings::{OnClose, Settings},
    trend::TrendRequest,
};

use crate::{
    Host,
    answer::{Answer, app, user, wrong},
    places,
    stream::Stream,
    tray, window,
};

/// All commands.
pub fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        plant,
        plant_file,
        models,
        model_import,
        pictures,
        picture,
        save_picture,
        import_picture,
        subscribe,
        alarms,
        alarm_history,
        plant_as_of,
        alarm_history_as_of,
        raised,
        raised_beside,
        acknowledge,
        trend,
        anomaly,
        connections,
        heard,
        start_look,
        look,
        cancel_look,
        save_connection,
        remove_connection,
        request_rebirth,
        discovery,
        discovery_proposal,
        discovery_preview,
        discovery_accept,
        discovery_ignore,
        discovery_unignore,
        sparkplug_session,
        settings,
        set_settings,
        close_window,
        save_trend_picture,
        start_export,
        start_import,
        start_backup,
        start_check,
        keeping,
        file_job,
        cancel_file_job,
        put_away_file_job,
        ui_ready,
        places::program,
        places::workspace,
        places::open_demo,
        places::open_folder,
        places::open_own,
        places::opening,
        places::cancel_opening,
        places::layouts,
        places::layout,
        places::save_layout
    ]
}

#[tauri::command(async)]
fn plant(host: State<'_, Host>) -> Answer<PlantView> {
    Ok(app(&host)?.plant())
}

#[tauri::command(async)]
fn plant_file(host: State<'_, Host>) -> Answer<PlantFileView> {
    Ok(app(&host)?.plant_file())
}

#[tauri::command]
async fn models(host: State<'_, Host>) -> Answer<ModelsView> {
    app(&host)?.models().await.map_err(wrong)
}

#[tauri::command]
async fn model_import(
    host: State<'_, Host>,
    path: String,
    choice: Option<String>,
) -> Answer<ModelImportView> {
    app(&host)?
        .import_model(&path, choice.as_deref(), &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn pictures(host: State<'_, Host>) -> Answer<PictureList> {
    app(&host)?.pictures().await.map_err(wrong)
}

#[tauri::command]
async fn picture(host: State<'_, Host>, name: String) -> Answer<PictureView> {
    app(&host)?.picture(&name).await.map_err(wrong)
}

#[tauri::command]
async fn save_picture(
    host: State<'_, Host>,
    name: String,
    print: String,
    bindings: Vec<PictureBinding>,
) -> Answer<PictureView> {
    app(&host)?
        .save_picture(&name, &print, bindings, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn import_picture(host: State<'_, Host>, path: String) -> Answer<PictureRow> {
    app(&host)?
        .import_picture(&path, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
fn subscribe(
    host: State<'_, Host>,
    stream: State<'_, Stream>,
    channel: Channel<InvokeResponseBody>,
) -> Answer<()> {
    let view = app(&host)?.view().clone();
    stream.start(view, channel);
    Ok(())
}

#[tauri::command(async)]
fn alarms(host: State<'_, Host>) -> Answer<AlarmList> {
    Ok(app(&host)?.alarms())
}

#[tauri::command]
async fn alarm_history(host: State<'_, Host>, before: f64, limit: u32) -> Answer<Vec<AlarmRow>> {
    app(&host)?
        .alarm_history(before, limit)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn acknowledge(
    host: State<'_, Host>,
    id: String,
    comment: Option<String>,
) -> Answer<AlarmRow> {
    app(&host)?
        .acknowledge(&id, &user()?, comment.as_deref().unwrap_or_default())
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn trend(host: State<'_, Host>, request: TrendRequest) -> Answer<Response> {
    app(&host)?
        .trend(&request)
        .await
        .map(Response::new)
        .map_err(wrong)
}

#[tauri::command]
async fn plant_as_of(host: State<'_, Host>, at: f64) -> Answer<Response> {
    let frame = app(&host)?.plant_as_of(at).await;
    frame.map(Response::new).map_err(wrong)
}

#[tauri::command]
async fn alarm_history_as_of(
    host: State<'_, Host>,
    at: f64,
    before: f64,
    limit: u32,
) -> Answer<Vec<AlarmRow>> {
    let rows = app(&host)?.alarm_history_as_of(at, before, limit).await;
    rows.map_err(wrong)
}

#[tauri::command]
async fn raised(host: State<'_, Host>, t0: f64, t1: f64, spans: u32) -> Answer<Vec<RaisedView>> {
    app(&host)?.raised(t0, t1, spans).await.map_err(wrong)
}

#[tauri::command]
async fn raised_beside(host: State<'_, Host>, at: f64, later: bool) -> Answer<Option<f64>> {
    app(&host)?.raised_beside(at, later).await.map_err(wrong)
}

#[tauri::command(async)]
fn anomaly(host: State<'_, Host>, asset: String) -> Answer<Option<AnomalyView>> {
    Ok(app(&host)?.anomaly(&asset))
}

#[tauri::command(async)]
fn connections(host: State<'_, Host>) -> Answer<Vec<ConnectionRow>> {
    Ok(app(&host)?.connections())
}

#[tauri::command]
async fn heard(host: State<'_, Host>, connection: String) -> Answer<Vec<HeardRow>> {
    app(&host)?.heard(&connection).await.map_err(wrong)
}

#[tauri::command]
async fn start_look(host: State<'_, Host>, request: LookRequest) -> Answer<LookView> {
    app(&host)?.start_look(request).await.map_err(wrong)
}

#[tauri::command(async)]
fn look(host: State<'_, Host>, number: u32) -> Answer<LookView> {
    app(&host)?.look(number).map_err(wrong)
}

#[tauri::command]
fn cancel_look(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.cancel_look(number);
    Ok(())
}

#[tauri::command]
async fn save_connection(
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
async fn remove_connection(host: State<'_, Host>, id: String) -> Answer<()> {
    app(&host)?
        .remove_connection(&id, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn request_rebirth(host: State<'_, Host>, connection: String, node: String) -> Answer<()> {
    app(&host)?
        .request_rebirth(&connection, &node, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn discovery(host: State<'_, Host>, query: DiscoveryQuery) -> Answer<DiscoveryView> {
    app(&host)?.discovery(query).await.map_err(wrong)
}

#[tauri::command]
async fn discovery_proposal(host: State<'_, Host>, id: String) -> Answer<Option<ProposalView>> {
    app(&host)?.discovery_proposal(&id).await.map_err(wrong)
}

#[tauri::command]
async fn discovery_preview(host: State<'_, Host>, acceptance: Acceptance) -> Answer<PlantChange> {
    app(&host)?
        .discovery_preview(acceptance)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn discovery_accept(host: State<'_, Host>, acceptance: Acceptance) -> Answer<PlantChange> {
    app(&host)?
        .discovery_accept(acceptance, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn discovery_ignore(host: State<'_, Host>, ignoring: Ignoring) -> Answer<Vec<String>> {
    app(&host)?
        .discovery_ignore(ignoring, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn discovery_unignore(host: State<'_, Host>, filters: Vec<String>) -> Answer<()> {
    app(&host)?
        .discovery_unignore(&filters, &user()?)
        .await
        .map_err(wrong)
}

#[tauri::command]
async fn sparkplug_session(host: State<'_, Host>, connection: String) -> Answer<SessionView> {
    app(&host)?
        .sparkplug_session(&connection)
        .await
        .map_err(wrong)
}

#[tauri::command(async)]
fn settings(host: State<'_, Host>) -> Answer<Settings> {
    app(&host)?.settings().map_err(wrong)
}

#[tauri::command(async)]
fn set_settings(handle: AppHandle, host: State<'_, Host>, settings: Settings) -> Answer<()> {
    app(&host)?.put_settings(&settings).map_err(wrong)?;
    tray::speak(&handle, settings.language).map_err(|error| wrong(error.to_string()))
}

#[tauri::command(async)]
fn close_window(
    handle: AppHandle,
    host: State<'_, Host>,
    keep_collecting: bool,
    remember: bool,
) -> Answer<()> {
    if remember {
        let on_close = if keep_collecting {
            OnClose::Tray
        } else {
            OnClose::Quit
        };
        app(&host)?
            .put_settings(&Settings {
                on_close,
                ..app(&host)?.settings().map_err(wrong)?
            })
            .map_err(wrong)?;
    }
    window::close(&handle, keep_collecting);
    Ok(())
}

#[tauri::command]
async fn save_trend_picture(
    host: State<'_, Host>,
    request: TrendRequest,
    title: String,
) -> Answer<String> {
    let path = app(&host)?
        .save_trend_picture(&request, &title)
        .await
        .map_err(wrong)?;
    Ok(path.display().to_string())
}

#[tauri::command]
async fn start_export(host: State<'_, Host>, request: ExportRequest) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_export(&request, &user()?).await.map_err(wrong)
}

#[tauri::command]
async fn start_import(host: State<'_, Host>, path: String) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_import(&path, &user()?).await.map_err(wrong)
}

#[tauri::command]
async fn start_backup(host: State<'_, Host>, path: String) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_backup(&path, &user()?).await.map_err(wrong)
}

#[tauri::command]
async fn start_check(host: State<'_, Host>) -> Answer<FileJobView> {
    let app = app(&host)?;
    let files = app.files();
    files.start_check(&user()?).await.map_err(wrong)
}

#[tauri::command(async)]
fn keeping(host: State<'_, Host>) -> Answer<Keeping> {
    Ok(app(&host)?.files().keeping())
}

#[tauri::command(async)]
fn file_job(host: State<'_, Host>) -> Answer<Option<FileJobView>> {
    Ok(app(&host)?.files().job())
}

#[tauri::command]
fn cancel_file_job(host: State<'_, Host>) -> Answer<()> {
    app(&host)?.files().cancel();
    Ok(())
}

#[tauri::command]
fn put_away_file_job(host: State<'_, Host>, number: u32) -> Answer<()> {
    app(&host)?.files().put_away(number);
    Ok(())
}

#[tauri::command]
fn ui_ready(handle: AppHandle, ready: State<'_, window::UiReady>) {
    ready.0.store(true, Ordering::Relaxed);
    if let Some(window) = handle.get_webview_window(window::LABEL)
        && let Err(error) = window.show()
    {
        tracing::warn!("the window cannot be shown: {error}");
    }
}

#[cfg(test)]
mod tests {
    /// Nothing may hold up the window: these take no time and answer nothing.
    const PLAIN: [&str; 6] = [
        "subscribe",
        "cancel_look",
        "cancel_file_job",
        "put_away_file_job",
        "ui_ready",
        "cancel_opening",
    ];

    #[test]
    fn only_what_takes_no_time_runs_on_the_thread_of_the_window() {
        let marker = ["#[tauri::", "command]\n"].concat();
        let plain_name = |of: &'static str| {
            let of = of.strip_prefix("pub ").unwrap_or(of);
            of.strip_prefix("fn ")?.split('(').next()
        };
        let sources = [include_str!("commands.rs"), include_str!("places.rs")];
        let plain = sources
            .iter()
            .flat_map(|source| source.split(&marker).skip(1));
        let plain: Vec<_> = plain.filter_map(plain_name).collect();
        assert_eq!(plain, PLAIN);
    }
}
