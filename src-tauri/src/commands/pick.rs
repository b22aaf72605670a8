//! The system's own dialogs for files and folders. The window has no right to them: it asks for a path by this command alone,
//! and what is done with the path is judged by the command that it is then given to.

use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;
use twin_app::api::pick::{PickKind, PickRequest};
use twin_app::said;

use super::answer::{Answer, wrong};
use crate::window;

/// The path that a person chose; none when they chose none.
#[tauri::command]
pub async fn pick_path(handle: AppHandle, request: PickRequest) -> Answer<Option<String>> {
    let mut dialog = handle.dialog().file().set_title(&request.title);
    if let Some(window) = handle.get_webview_window(window::LABEL) {
        dialog = dialog.set_parent(&window);
    }
    if !request.endings.is_empty() {
        let endings: Vec<&str> = request.endings.iter().map(String::as_str).collect();
        dialog = dialog.add_filter(&request.what, &endings);
    }
    if !request.named.is_empty() {
        dialog = dialog.set_file_name(&request.named);
    }
    let (reply, answer) = oneshot::channel();
    // Whoever asked may have gone.
    let tell = move |path| drop(reply.send(path));
    match request.kind {
        PickKind::Open => dialog.pick_file(tell),
        PickKind::Folder => dialog.pick_folder(tell),
        PickKind::Save => dialog.save_file(tell),
    }
    let Ok(Some(path)) = answer.await else {
        return Ok(None);
    };
    let path = path.into_path().map_err(|error| {
        wrong(said!(
            "refused-path",
            "what was chosen is no path of this machine: {error}",
            error = error.to_string()
        ))
    })?;
    let text = path.into_os_string().into_string();
    text.map(Some).map_err(|path| {
        wrong(said!(
            "refused-path-utf8",
            "{path} is not written in UTF-8, so it cannot be typed: choose another name",
            path = path.display().to_string()
        ))
    })
}
