//! What every command needs: the program behind the window, whose hand is on the mouse, and words for what went wrong.

use std::sync::Arc;

use tauri::State;
use twin_app::{App, api::settings::ApiError};

use crate::Host;

/// Of a command.
pub type Answer<T> = Result<T, ApiError>;

/// An error in words.
pub fn wrong(error: impl Into<ApiError>) -> ApiError {
    error.into()
}

/// What runs.
pub fn app(host: &State<'_, Host>) -> Answer<Arc<App>> {
    host.app()
}

/// Whose hand is on the mouse: the person logged in.
pub fn user() -> Answer<String> {
    whoami::username().map_err(|error| wrong(format!("your user name is not known: {error}")))
}
