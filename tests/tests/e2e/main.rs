//! Real brokers, the real pipeline, the real window.

mod as_of;
mod bad_input;
mod begins;
mod client_id;
mod coap;
mod damage;
mod diagnostics;
mod discovery;
mod discovery_kept;
mod discovery_window;
mod disk_full;
mod first_run_window;
mod greetings;
mod io_errors;
mod itself;
mod keep;
mod kill;
mod links;
mod literal;
mod looks;
mod many;
mod mapping;
mod models;
mod opening;
mod order;
mod past_window;
mod picture_window;
mod pipeline;
mod posts;
mod reload;
mod restart;
mod saving;
mod screens_window;
mod shadows;
mod sparkplug;
mod tanks;
mod window;

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use twin_app::{
    App, Notice,
    api::{
        connection::{ConnectionForm, SavedView},
        plant::SignalView,
    },
};
use twinscope_tests::harness::repository;

/// Starts the pipeline in this process.
async fn start(workspace: &Path) -> Result<(Arc<App>, tokio::sync::mpsc::Receiver<Notice>)> {
    Ok(App::start(workspace, &repository()?.join("assets")).await?)
}

/// A signal of the plant.
fn signal(app: &App, id: &str) -> Result<SignalView> {
    let plant = app.plant();
    let mut signals = plant.assets.into_iter().flat_map(|asset| asset.signals);
    signals
        .find(|signal| signal.id == id)
        .with_context(|| format!("the plant has no signal {id}"))
}

/// Saves a connection that nobody else changes; `opened` is what its form was opened with, none for a new one.
async fn save(
    app: &App,
    form: &ConnectionForm,
    opened: Option<&ConnectionForm>,
) -> Result<ConnectionForm> {
    match app.save_connection(form, opened, "ann").await? {
        SavedView::Saved { form } => Ok(form),
        SavedView::Changed { now } => bail!("the plant file says {now:?}, not {opened:?}"),
    }
}
