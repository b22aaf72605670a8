//! The demo plant's program: run the plant, ask a running one for a fault, or simulate to a file.

mod pictures;
mod plant_file;

use std::{
    fs::File,
    io::{BufWriter, Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use demo_plant::{
    Scheduled,
    broker::Broker,
    publish::{self, Plant},
    simulate::{self, Plan},
    state_file::StateFile,
};
use plant_file::Prepared;
use tokio::sync::Notify;

/// A water pumping station by its physics, that speaks only MQTT.
#[derive(Parser)]
#[command(name = "demo-plant", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the broker on 127.0.0.1 and run the plant until Ctrl-C.
    Run(Run),
    /// Begin a fault in a running plant: asset:fault, "clear", or "clear asset:fault".
    Fault(Fault),
    /// Simulate as fast as possible, without faults unless they are named, and write one asset's signals as CSV.
    Simulate(Simulate),
}

#[derive(Args)]
struct Run {
    /// MQTT 5 port on 127.0.0.1; 0 chooses a free one, and the one of the workspace's plant file where that is free.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seed of all noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A fault, at once or after some seconds: asset:fault[@seconds]. Can be given several times.
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<String>,
    /// Leave out the fault that otherwise begins by itself: pump-2:bearing after 90 s.
    #[arg(long)]
    no_schedule: bool,
    /// Write {pid, port, port_v4} here as JSON when ready.
    #[arg(long, value_name = "PATH")]
    state_file: Option<PathBuf>,
    /// Put the demo's plant file, pictures and plans into this folder when ready, with the port of the broker; what a person
    /// changed there is kept.
    #[arg(long, value_name = "FOLDER", requires = "shipped")]
    workspace: Option<PathBuf>,
    /// The shipped plant file, pictures and plans.
    #[arg(long, value_name = "FOLDER")]
    shipped: Option<PathBuf>,
    /// End when standard input is closed, as it is when the program that started this one ends, however it ends.
    #[arg(long)]
    until_closed: bool,
}

#[derive(Args)]
struct Fault {
    /// asset:fault, "clear", or "clear asset:fault".
    spec: String,
    /// The state file of the running plant.
    #[arg(long, value_name = "PATH")]
    state_file: PathBuf,
}

#[derive(Args)]
struct Simulate {
    /// Seed of all noise.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many hours.
    #[arg(long, default_value_t = 24.0)]
    hours: f64,
    /// Step between two rows, such as 1s or 500ms.
    #[arg(long, default_value = "1s")]
    every: String,
    /// Which asset.
    #[arg(long)]
    asset: String,
    /// A fault, at once or after some seconds: asset:fault[@seconds]. Can be given several times.
    #[arg(long = "fault", value_name = "SPEC")]
    faults: Vec<String>,
    /// Where to.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The fault that begins by itself.
const SCHEDULE: &str = "pump-2:bearing@90";

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,rumqttd=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match obey(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo-plant: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(args) => runtime()?.block_on(run(args)),
        Command::Fault(args) => runtime()?.block_on(fault(args)),
        Command::Simulate(args) => simulate(&args),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the asynchronous runtime does not start")
}

/// Microseconds since 1970, UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the demo plant reads the clock"
)]
fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_micros() as i64)
}

/// The faults that were asked for, in that order.
fn scheduled(specs: &[String]) -> Result<Vec<Scheduled>, demo_plant::Error> {
    specs.iter().map(|spec| Scheduled::parse(spec)).collect()
}

async fn run(args: Run) -> anyhow::Result<()> {
    let mut schedule = scheduled(&args.faults)?;
    if !args.no_schedule {
        schedule.push(Scheduled::parse(SCHEDULE)?);
    }
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    // Also SIGTERM and SIGHUP (feature "termination"). A permit is kept when nobody waits yet.
    ctrlc::set_handler(move || stopped.notify_one()).context("Ctrl-C cannot be caught")?;
    if args.until_closed {
        end_with_input(&stop)?;
    }
    let broker = Broker::start(wanted_port(&args)).await?;
    prepare(&args, broker.port)?;
    let state = StateFile {
        pid: std::process::id(),
        port: broker.port,
        port_v4: broker.port_v4,
    };
    let plant = Plant::new(args.seed, now(), schedule, broker.port)?;
    let announce = || announce(state, args.state_file.as_deref());
    Box::pin(plant.run(now, announce, stop.notified())).await?;
    if let Some(path) = &args.state_file {
        state.remove(path);
    }
    Ok(())
}

fn announce(state: StateFile, path: Option<&Path>) -> Result<(), demo_plant::Error> {
    if let Some(path) = path {
        state.write(path)?;
    }
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to stop the plant.
    let _ = writeln!(out, "demo plant ready on mqtt://127.0.0.1:{}", state.port)
        .and_then(|()| out.flush());
    Ok(())
}

/// Notifies when nobody holds the other end of standard input any more.
fn end_with_input(stop: &Arc<Notify>) -> anyhow::Result<()> {
    let stop = Arc::clone(stop);
    std::thread::Builder::new()
        .name("until closed".into())
        .spawn(move || {
            let mut rest = std::io::stdin().lock().bytes();
            // An input that cannot be read has gone too.
            while matches!(rest.next(), Some(Ok(_))) {}
            stop.notify_one();
        })
        .map(drop)
        .context("the end of standard input cannot be waited for")
}

/// The port that was asked for; else the one that the workspace knows, where it is free, so that a persistent session
/// and a person's own tools find the broker again.
fn wanted_port(args: &Run) -> u16 {
    let (0, Some(workspace), Some(shipped)) = (args.port, &args.workspace, &args.shipped) else {
        return args.port;
    };
    let files = [plant_file::path_in(workspace), plant_file::path_in(shipped)];
    files
        .iter()
        .find_map(|file| plant_file::port_in(file))
        .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap_or(0)
}

/// Brings the workspace, if one is named, to what the shipped files and the broker's port say.
fn prepare(args: &Run, port: u16) -> anyhow::Result<()> {
    let (Some(workspace), Some(shipped)) = (&args.workspace, &args.shipped) else {
        return Ok(());
    };
    let file = plant_file::path_in(workspace);
    let what = match plant_file::prepare(&plant_file::path_in(shipped), workspace, port)? {
        Prepared::Copied => "copied",
        Prepared::Renewed => "renewed from the shipped one",
        Prepared::Unchanged => "as shipped",
        Prepared::KeptEdits => "with your changes (remove it to get the shipped one)",
    };
    let mut out = std::io::stdout().lock();
    // A reader that has gone away is no reason to stop the plant.
    let _ = writeln!(out, "plant file: {}, {what}", file.display());
    for (folder, what) in [
        ("pictures", "picture"),
        ("plans", "plan"),
        ("documents", "document"),
    ] {
        for name in pictures::prepare(shipped, workspace, folder)? {
            let _ = writeln!(out, "{what}: {name} copied");
        }
    }
    Ok(())
}

async fn fault(args: Fault) -> anyhow::Result<()> {
    let state = StateFile::read(&args.state_file)?;
    let id = format!("{}-{}", std::process::id(), now());
    let confirmation = publish::ask(state.port, &args.spec, &id).await?;
    println!("{confirmation}");
    Ok(())
}

fn simulate(args: &Simulate) -> anyhow::Result<()> {
    let mut plan = Plan::normal(args.seed, args.hours, simulate::parse_seconds(&args.every)?);
    plan.faults = scheduled(&args.faults)?;
    simulate::asset(&args.asset)?;
    let file = File::create(&args.out)
        .with_context(|| format!("{} cannot be written", args.out.display()))?;
    let mut out = BufWriter::new(file);
    simulate::write_csv(&plan, &args.asset, &mut out)?;
    out.flush()
        .with_context(|| format!("{} cannot be written", args.out.display()))
}
