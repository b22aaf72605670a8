//! What every command answers with, and what most of them need.

use std::sync::Arc;

use tauri::State;
use twin_app::said;
use twin_app::{App, api::settings::ApiError};

use crate::Host;

pub type Answer<T> = Result<T, ApiError>;

pub fn wrong(error: impl Into<ApiError>) -> ApiError {
    error.into()
}

pub fn app(host: &State<'_, Host>) -> Answer<Arc<App>> {
    host.app()
}

/// Whose hand is on the mouse: the person logged in.
pub fn user() -> Answer<String> {
    whoami::username().map_err(|error| {
        wrong(said!(
            "refused-user",
            "your user name is not known: {error}",
            error = error.to_string()
        ))
    })
}
