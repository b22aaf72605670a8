//! Asset types and process pictures.

use tauri::State;
use twin_app::api::{
    models::{ModelImportView, ModelsView},
    pictures::{PictureBinding, PictureList, PictureRow, PictureView},
};

use super::answer::{Answer, app, user, wrong};
use crate::Host;

#[tauri::command]
pub async fn models(host: State<'_, Host>) -> Answer<ModelsView> {
    app(&host)?.models().await.map_err(wrong)
}

#[tauri::command]
pub async fn model_import(
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
pub async fn pictures(host: State<'_, Host>) -> Answer<PictureList> {
    app(&host)?.pictures().await.map_err(wrong)
}

#[tauri::command]
pub async fn picture(host: State<'_, Host>, name: String) -> Answer<PictureView> {
    app(&host)?.picture(&name).await.map_err(wrong)
}

#[tauri::command]
pub async fn save_picture(
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
pub async fn import_picture(host: State<'_, Host>, path: String) -> Answer<PictureRow> {
    app(&host)?
        .import_picture(&path, &user()?)
        .await
        .map_err(wrong)
}
