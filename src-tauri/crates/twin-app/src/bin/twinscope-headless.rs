//! Twinscope without a window: the same pipeline, and a page of status in the terminal.

use std::{io::IsTerminal, path::PathBuf, time::Duration};

use clap::Parser;
use twin_app::{App, clock, log, signal, status, workspace};

/// Runs Twinscope without a window and shows a page of status.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder with the plant file and the history; made if it is not there.
    #[arg(long)]
    workspace: Option<PathBuf>,
    /// Folder with the shipped models.
    #[arg(long, default_value = "assets")]
    assets: PathBuf,
    /// Seconds between two pages.
    #[arg(long, default_value_t = 2)]
    every: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    log::start();
    let arguments = Arguments::parse();
    let dir = match arguments.workspace {
        Some(dir) => dir,
        None => workspace::default_dir()?,
    };
    let (app, mut notices) = App::start(&dir, &arguments.assets).await?;
    let mut beat = tokio::time::interval(Duration::from_secs(arguments.every.max(1)));
    let end = signal::ended();
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            Some(notice) = notices.recv() => println!("* {}: {}", notice.title, notice.body),
            _ = beat.tick() => {
                // A page replaces the one before on a terminal, and follows it in a file.
                let clear = if std::io::stdout().is_terminal() { "\x1b[2J\x1b[H" } else { "" };
                println!("{clear}{}", status::page(app.view(), clock::now()));
            }
        }
    }
    app.stop().await;
    Ok(())
}
