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

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser;
use tauri::{AppHandle, Manager, RunEvent};
use tokio::sync::mpsc;
use twin_app::{
    api::settings::Language,
    demo,
    host::{Opened, Places},
    workspace,
};

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
pub(crate) type Host = Arc<twin_app::host::Host>;

/// The demo plant's program, beside this one.
const DEMO_PROGRAM: &str = if cfg!(windows) {
    "demo-plant.exe"
} else {
    "demo-plant"
};

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
    let (own, memory) = match arguments.workspace {
        Some(workspace) => (std::path::absolute(workspace)?, None),
        None => (workspace::default_dir()?, Some(workspace::memory()?)),
    };
    let own = as_one_name(own);
    let opened = memory.as_deref().and_then(workspace::remembered);
    let workspace = opened.map_or_else(|| own.clone(), as_one_name);
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
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let shipped = app.path().resource_dir().map(|dir| dir.join("assets"));
            let places = Places {
                own: own.clone(),
                assets: assets.clone().or(shipped.ok()).unwrap_or_default(),
                demo_program: beside(DEMO_PROGRAM)?,
                demo: demo::default_folder()?,
                memory: memory.clone(),
            };
            let (host, opened) = tauri::async_runtime::block_on(twin_app::host::Host::start(&workspace, places));
            app.manage(host);
            app.manage(stream::Stream::default());
            app.manage(window::UiReady::default());
            window::open(app.handle())?;
            take_up(app.handle().clone(), opened);
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
        {
            tauri::async_runtime::block_on(host.stop());
        }
    }))
}

/// One name for one folder, however it was written; a folder that cannot be made is reported in the window.
fn as_one_name(folder: PathBuf) -> PathBuf {
    std::fs::create_dir_all(&folder)
        .and_then(|()| folder.canonicalize())
        .unwrap_or(folder)
}

/// A program that lies beside this one.
fn beside(name: &str) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().unwrap_or(Path::new("")).join(name))
}

/// Title and notifications are those of the plant that is open, from one to the next.
fn take_up(handle: AppHandle, mut opened: mpsc::Receiver<Opened>) {
    tauri::async_runtime::spawn(async move {
        while let Some(Opened { app, notices }) = opened.recv().await {
            notify::forward(handle.clone(), notices);
            window::keep_title(handle.clone(), &app);
        }
    });
}

/// Ctrl-C and a polite kill end the program as its menu does, with the last samples written.
fn end_on_signal(handle: AppHandle) {
    tauri::async_runtime::spawn(async move {
        twin_app::signal::ended().await;
        handle.exit(0);
    });
}
