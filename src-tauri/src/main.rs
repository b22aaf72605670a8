//! The desktop shell: the only place that knows Tauri.
//!
//! Rooms: [`commands`] (what the UI may ask), [`stream`] (the live channel), [`window`] (the one window and its
//! guards), [`tray`], [`notify`], [`environment`] (what must be set before a window opens).

#![cfg_attr(windows, windows_subsystem = "windows")]

mod commands;
mod environment;
mod notify;
mod stream;
mod tray;
mod window;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Parser;
use tauri::{AppHandle, Manager, RunEvent};
use twin_app::{App, api::settings::Language};

/// Shows a plant as live digital twins.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder with the plant file and the history; made if it is not there.
    #[arg(long)]
    workspace: Option<PathBuf>,
    /// Folder with the shipped models.
    #[arg(long)]
    assets: Option<PathBuf>,
}

/// The program behind the window, or why it could not be started: the window says so.
pub(crate) struct Host(Result<Arc<App>, String>);

impl Host {
    fn app(&self) -> Result<&Arc<App>, String> {
        self.0.as_ref().map_err(Clone::clone)
    }
}

/// What the window spoke last.
pub(crate) fn language(handle: &AppHandle) -> Language {
    let settings = handle.state::<Host>().app().map(|app| app.settings());
    match settings {
        Ok(Ok(settings)) => settings.language,
        // What is wrong with the settings is said where they are shown.
        _ => Language::default(),
    }
}

fn main() -> ExitCode {
    environment::prepare();
    twin_app::log::start();
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(error) => {
            tracing::error!("Twinscope cannot start: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<i32> {
    let workspace = match arguments.workspace {
        Some(workspace) => std::path::absolute(workspace)?,
        None => twin_app::workspace::default_dir()?,
    };
    // One name for one folder, however it was written; a folder that cannot be made is reported in the window.
    let workspace = std::fs::create_dir_all(&workspace)
        .and_then(|()| workspace.canonicalize())
        .unwrap_or(workspace);
    let assets = arguments.assets;
    // A second start on the same workspace ends here and brings the first one's window forward; one on another
    // workspace is its own program.
    let single = tauri_plugin_single_instance::Builder::new()
        .callback(|app, _, _| window::bring_forward(app))
        .dbus_id(format!(
            "io.twinscope.w{}",
            twin_app::workspace::fingerprint(&workspace)
        ));
    let app = tauri::Builder::default()
        .plugin(single.build())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let assets = assets.clone().or_else(|| app.path().resource_dir().ok().map(|dir| dir.join("assets")));
            let started = tauri::async_runtime::block_on(App::start(&workspace, &assets.unwrap_or_default()));
            let host = match started {
                Ok((running, notices)) => {
                    notify::forward(app.handle().clone(), notices);
                    Host(Ok(running))
                }
                Err(error) => {
                    tracing::error!("{error}");
                    Host(Err(error.to_string()))
                }
            };
            app.manage(host);
            app.manage(stream::Stream::default());
            app.manage(window::UiReady::default());
            window::open(app.handle())?;
            if let Ok(running) = app.state::<Host>().app() {
                window::keep_title(app.handle().clone(), running);
            }
            if let Err(error) = tray::put(app.handle(), language(app.handle())) {
                tracing::warn!("there is no tray here ({error}): start Twinscope again to bring its window back");
            }
            end_on_signal(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!())?;
    Ok(app.run_return(|handle, event| {
        if let RunEvent::Exit = event
            && let Some(host) = handle.try_state::<Host>()
            && let Ok(app) = host.app()
        {
            tauri::async_runtime::block_on(app.stop());
        }
    }))
}

/// Ctrl-C and a polite kill end the program as its menu does, with the last samples written.
fn end_on_signal(handle: AppHandle) {
    tauri::async_runtime::spawn(async move {
        twin_app::signal::ended().await;
        handle.exit(0);
    });
}
