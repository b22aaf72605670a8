//! The one window: what it may load, its title, and what closing it means.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tauri::{
    AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent,
    webview::NewWindowResponse,
};
use twin_app::{App, api::settings::OnClose};

use crate::Host;

/// Label of the window.
pub const LABEL: &str = "main";
const NAME: &str = "Twinscope";

/// With LANG=C the web view reports a language that no Intl call accepts, and a chart library that asks at load time
/// would take the whole UI down.
const VALID_LANGUAGE: &str = "try { new Intl.NumberFormat(navigator.language); } catch {
    Object.defineProperty(navigator, 'language', { get: () => 'en-GB' });
    Object.defineProperty(navigator, 'languages', { get: () => ['en-GB'] });
}";

/// Whether the page has come up.
#[derive(Debug, Default)]
pub struct UiReady(pub AtomicBool);

/// Opens the window.
///
/// # Errors
/// When the system gives none.
pub fn open(handle: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::default())
        .title(NAME)
        .inner_size(1_440.0, 900.0)
        .min_inner_size(1_024.0, 700.0)
        .initialization_script(VALID_LANGUAGE)
        // Nothing but our own files is ever loaded, whatever a payload or a picture says.
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    let handle = handle.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            close_requested(&handle);
        }
    });
    Ok(())
}

fn close_requested(handle: &AppHandle) {
    let on_close = match handle.state::<Host>().app() {
        // With nothing running there is nothing to keep.
        Err(_) => OnClose::Quit,
        Ok(app) => app
            .settings()
            .map_or(OnClose::Ask, |settings| settings.on_close),
    };
    match on_close {
        OnClose::Quit => close(handle, false),
        OnClose::Tray => close(handle, true),
        // A page that never came up cannot answer.
        OnClose::Ask if !handle.state::<UiReady>().0.load(Ordering::Relaxed) => close(handle, true),
        OnClose::Ask => {
            if let Err(error) = handle.emit_to(LABEL, "ask-close", ()) {
                tracing::error!(
                    "the window cannot ask what closing means, so it goes to the tray: {error}"
                );
                close(handle, true);
            }
        }
    }
}

/// Hides the window and goes on collecting, or ends the program.
pub fn close(handle: &AppHandle, keep_collecting: bool) {
    if !keep_collecting {
        handle.exit(0);
    } else if let Some(window) = handle.get_webview_window(LABEL)
        && let Err(error) = window.hide()
    {
        tracing::error!("the window cannot be hidden: {error}");
    }
}

/// Shows the window in front of all others.
pub fn bring_forward(handle: &AppHandle) {
    let Some(window) = handle.get_webview_window(LABEL) else {
        return;
    };
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::error!("the window cannot be brought forward: {error}");
    }
}

/// Keeps the count of unacknowledged alarms in the title.
pub fn keep_title(handle: AppHandle, app: &Arc<App>) {
    let plant = app.plant().name;
    let mut count = app.unacknowledged();
    tauri::async_runtime::spawn(async move {
        loop {
            let title = match *count.borrow_and_update() {
                0 => format!("{plant} - {NAME}"),
                count => format!("({count}) {plant} - {NAME}"),
            };
            if let Some(window) = handle.get_webview_window(LABEL)
                && let Err(error) = window.set_title(&title)
            {
                tracing::warn!("the window's title cannot be set: {error}");
            }
            if count.changed().await.is_err() {
                return;
            }
        }
    });
}
