//! One asset: its device, what happened to it, its documents.

use tauri::State;
use twin_app::{
    api::{
        device::DeviceView,
        documents::{DocumentView, DocumentsChange, DocumentsLines},
        events::{EventsPage, EventsQuery},
    },
    app::ToOpen,
    said,
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn device(host: State<'_, Host>, asset: String) -> Answer<DeviceView> {
    app(&host)?.device(&asset).await.map_err(wrong)
}

#[tauri::command]
pub async fn asset_events(host: State<'_, Host>, query: EventsQuery) -> Answer<EventsPage> {
    app(&host)?.asset_events(&query).await.map_err(wrong)
}

#[tauri::command]
pub async fn documents(host: State<'_, Host>, asset: String) -> Answer<Vec<DocumentView>> {
    app(&host)?.documents(&asset).await.map_err(wrong)
}

#[tauri::command]
pub async fn documents_lines(
    host: State<'_, Host>,
    change: DocumentsChange,
) -> Answer<DocumentsLines> {
    app(&host)?.documents_lines(&change).await.map_err(wrong)
}

#[tauri::command]
pub async fn change_documents(host: State<'_, Host>, change: DocumentsChange) -> Answer<()> {
    app(&host)?
        .change_documents(&change, &user()?)
        .await
        .map_err(wrong)
}

/// What is opened is found by the program from asset and number; `seen` is what the window showed.
#[tauri::command]
pub async fn open_document(
    host: State<'_, Host>,
    asset: String,
    index: usize,
    seen: String,
) -> Answer<()> {
    let found = app(&host)?.document_to_open(&asset, index, &seen).await;
    let opened = match found.map_err(wrong)? {
        ToOpen::File(path) => open::that_detached(path),
        ToOpen::Address(address) => open::that_detached(address),
    };
    opened.map_err(|error| {
        wrong(twin_app::Error::Document(said!(
            "document-no-program",
            "The system has no program that opens {place}: {error}",
            place = seen,
            error = error.to_string()
        )))
    })
}
