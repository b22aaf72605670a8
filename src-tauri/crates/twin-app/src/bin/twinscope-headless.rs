//! Twinscope without a window: the same pipeline, and a page of status in the terminal; and what is done with history
//! while nothing has it open.

use std::{
    io::{IsTerminal, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::{Parser, Subcommand};
use twin_app::{
    App, clock,
    keep::{self, Picture, Work},
    log, signal, status, workspace,
};
use twin_core::Timestamp;
use twin_report::Theme;

/// Work that takes no longer shows no progress.
const SILENT: twin_core::Duration = twin_core::Duration::from_secs(1);
/// Between two words about progress, on a terminal and in a file.
const BETWEEN: (twin_core::Duration, twin_core::Duration) = (
    twin_core::Duration::from_millis(200),
    twin_core::Duration::from_secs(10),
);
/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Runs Twinscope without a window and shows a page of status; or, with a command, works on history that is closed.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder with the plant file and the history; made if it is not there.
    #[arg(long, global = true)]
    workspace: Option<PathBuf>,
    /// Folder with the shipped models.
    #[arg(long, default_value = "assets")]
    assets: PathBuf,
    /// Seconds between two pages.
    #[arg(long, default_value_t = 2)]
    every: u64,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Works on history that is closed. Exit code 0: sound, or done; 1: damage was found, or it was not done.
#[derive(Debug, Subcommand)]
enum Command {
    /// Look history through and say what is damaged; nothing is changed.
    Check,
    /// Copy history into a new folder.
    Backup {
        /// The folder; without it, one with the time in its name in the workspace's folder `backups`.
        to: Option<PathBuf>,
    },
    /// Put a backup into the place of history; what was there is kept under new names.
    Restore {
        /// The folder of the backup, or its name in the workspace's folder `backups`.
        from: PathBuf,
    },
    /// Make damaged history whole again with all that can be read, and name what is lost.
    Repair,
    /// Bring back what can be read in a damaged file that was set aside.
    Salvage {
        /// The file, such as telemetry.db.damaged-20261122T193000Z.
        file: PathBuf,
    },
    /// Draw the trend of an asset as a PNG picture, with its limits and alarms, in the plant's zone; nothing is changed.
    Picture {
        /// Id of the asset.
        asset: String,
        /// Id of a signal, as often as needed; without any, the asset's key values and its anomaly score.
        #[arg(long)]
        signal: Vec<String>,
        /// Begin, such as 2026-11-22T08:00:00+01:00; without it, eight hours before the end.
        #[arg(long)]
        from: Option<jiff::Timestamp>,
        /// End; without it, now.
        #[arg(long)]
        to: Option<jiff::Timestamp>,
        /// The file; without it, one with the time in its name in the workspace's folder `pictures`.
        #[arg(long)]
        file: Option<PathBuf>,
        /// Light text on a dark ground.
        #[arg(long)]
        dark: bool,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    log::start();
    let arguments = Arguments::parse();
    let dir = match arguments.workspace {
        Some(dir) => dir,
        None => workspace::default_dir()?,
    };
    let work = match arguments.command {
        None => {
            let every = Duration::from_secs(arguments.every.max(1));
            run(&dir, &arguments.assets, every).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Check) => Work::Check,
        Some(Command::Backup { to }) => Work::Backup(to),
        Some(Command::Restore { from }) => Work::Restore(from),
        Some(Command::Repair) => Work::Repair,
        Some(Command::Salvage { file }) => Work::Salvage(file),
        Some(Command::Picture {
            asset,
            signal,
            from,
            to,
            file,
            dark,
        }) => {
            let micros = |at: jiff::Timestamp| Timestamp(at.as_microsecond());
            Work::Picture(Picture {
                asset,
                signals: signal,
                from: from.map(micros),
                to: to.map(micros),
                file,
                theme: if dark { Theme::Dark } else { Theme::Light },
            })
        }
    };
    let good = keep_history(&dir, &work).await;
    Ok(ExitCode::from(u8::from(!good)))
}

async fn run(dir: &Path, assets: &Path, every: Duration) -> anyhow::Result<()> {
    let (app, mut notices) = App::start(dir, assets).await?;
    let mut beat = tokio::time::interval(every);
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

/// Gives whether history is sound, or the work done.
async fn keep_history(dir: &Path, work: &Work) -> bool {
    let user = whoami::username().unwrap_or_else(|_| "unknown".into());
    let ended = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&ended);
    let patience = tokio::spawn(async move {
        signal::ended().await;
        asked.store(true, Ordering::Relaxed);
        eprintln!(
            "Ending. Once more ends at once; the next start or command clears up what is left."
        );
        signal::ended().await;
        std::process::exit(INTERRUPTED);
    });
    let progress = Mutex::new(Progress::new());
    let look = |done, total| {
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.tell(done, total);
        if ended.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let outcome = keep::run(dir, work, &user, &look).await;
    patience.abort();
    progress
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clear();
    match outcome {
        Ok(outcome) => {
            for line in &outcome.lines {
                println!("{line}");
            }
            outcome.good
        }
        Err(error) => {
            eprintln!("{error}");
            false
        }
    }
}

/// What is said of the way, on standard error.
struct Progress {
    begin: Timestamp,
    told: Option<Timestamp>,
    is_terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Progress {
            begin: clock::now(),
            told: None,
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    fn tell(&mut self, done: u64, total: u64) {
        let now = clock::now();
        let between = if self.is_terminal {
            BETWEEN.0
        } else {
            BETWEEN.1
        };
        let is_due = self.told.is_none_or(|told| now.since(told) >= between);
        if now.since(self.begin) < SILENT || !is_due {
            return;
        }
        self.told = Some(now);
        let seconds = now.since(self.begin).secs_f64();
        let part = match total {
            0 => "at work".to_owned(),
            total => format!("{:.0} %", 100.0 * done as f64 / total as f64),
        };
        if self.is_terminal {
            eprint!("\r\x1b[K{part}, {seconds:.0} s ");
            // Progress that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{part}, {seconds:.0} s");
        }
    }

    /// Takes the line of progress off the terminal.
    fn clear(&self) {
        if self.told.is_some() && self.is_terminal {
            eprint!("\r\x1b[K");
        }
    }
}
