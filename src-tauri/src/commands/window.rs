//! The window and its settings.

use std::sync::atomic::Ordering;

use tauri::{AppHandle, Manager, State};
use twin_app::api::settings::{OnClose, Settings};
use twin_app::said;

use super::answer::{Answer, app, wrong};
use crate::{Host, tray, window};

#[tauri::command(async)]
pub fn settings(host: State<'_, Host>) -> Answer<Settings> {
    app(&host)?.settings().map_err(wrong)
}

#[tauri::command(async)]
pub fn set_settings(handle: AppHandle, host: State<'_, Host>, settings: Settings) -> Answer<()> {
    app(&host)?.put_settings(&settings).map_err(wrong)?;
    tray::speak(&handle, settings.language).map_err(|error| {
        wrong(said!(
            "refused-tray",
            "the settings are stored, but the tray cannot speak the language: {error}",
            error = error.to_string()
        ))
    })
}

#[tauri::command(async)]
pub fn close_window(
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
pub fn ui_ready(handle: AppHandle, ready: State<'_, window::UiReady>) {
    ready.0.store(true, Ordering::Relaxed);
    if let Some(window) = handle.get_webview_window(window::LABEL)
        && let Err(error) = window.show()
    {
        tracing::warn!("the window cannot be shown: {error}");
    }
}
