//! From one plant to another while the program runs: the demo plant with its broker, a folder, and back.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::sync::mpsc;
use twin_app::{
    Error,
    api::opening::{OpeningStep, OpeningView},
    host::{Host, Opened, Places},
};
use twinscope_tests::harness::{built, repository, wait};

fn places(dir: &Path) -> Result<Places> {
    Ok(Places {
        own: dir.join("own"),
        assets: repository()?.join("assets"),
        demo_program: built("demo-plant")?,
        demo: dir.join("demo"),
        memory: Some(dir.join("opened")),
    })
}

async fn host(dir: &Path) -> Result<(Arc<Host>, mpsc::Receiver<Opened>)> {
    let places = places(dir)?;
    Ok(Host::start(&places.own.clone(), places).await)
}

/// Waits until a way to another plant has ended.
async fn ended(host: &Host) -> Result<OpeningView> {
    wait::until("the other plant", Duration::from_secs(60), || async {
        host.opening()
            .filter(|way| !matches!(way.step, OpeningStep::Plant | OpeningStep::Workspace))
    })
    .await
}

/// The process and the port of the demo plant that runs in `dir`; none when none does.
fn sidecar(dir: &Path) -> Option<(u32, u16)> {
    let text = std::fs::read_to_string(dir.join("demo/state.json")).ok()?;
    let state: serde_json::Value = serde_json::from_str(&text).ok()?;
    let number = |name: &str| state[name].as_u64();
    Some((
        u32::try_from(number("pid")?).ok()?,
        u16::try_from(number("port")?).ok()?,
    ))
}

fn lives(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_starts_at_a_word_and_goes_with_its_plant() -> Result<()> {
    let dir = TempDir::new()?;
    let (host, mut opened) = host(dir.path()).await?;
    opened.recv().await.context("the first plant")?;
    let own = host.app().map_err(|error| anyhow::anyhow!(error.message))?;
    ensure!(own.plant().assets.is_empty() && sidecar(dir.path()).is_none());

    host.open_demo()?;
    ensure!(
        matches!(host.open_own(), Err(Error::Opening)),
        "one way at a time"
    );
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Done, "{way:?}");
    let demo = opened.recv().await.context("the demo plant")?.app;
    ensure!(demo.plant().name == "Riverside Pumping Station");
    let (process, port) = sidecar(dir.path()).context("the sidecar's state")?;
    ensure!(lives(process));
    let view = host.workspace().await;
    ensure!(view.demo && view.demo_runs, "{view:?}");
    ensure!(
        !demo.pictures().await?.rows.is_empty(),
        "its picture is shipped"
    );
    wait::until("samples of the demo", Duration::from_secs(30), || async {
        let rows = demo.connections();
        rows.iter().any(|row| row.messages > 0.0).then_some(())
    })
    .await?;
    ensure!(
        !dir.path().join("opened").exists(),
        "a start does not open the demo"
    );

    host.open_own()?;
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Done, "{way:?}");
    let back = opened.recv().await.context("the own plant")?.app;
    ensure!(back.plant().assets.is_empty());
    wait::until(
        "the end of the sidecar",
        Duration::from_secs(20),
        || async {
            let closed = tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_err();
            (closed && !lives(process)).then_some(())
        },
    )
    .await?;
    host.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_that_fails_or_is_cancelled_leaves_the_plant_of_before() -> Result<()> {
    let dir = TempDir::new()?;
    let (host, _opened) = host(dir.path()).await?;
    host.open_demo()?;
    host.cancel_opening();
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Cancelled, "{way:?}");
    ensure!(host.app().is_ok_and(|app| app.plant().assets.is_empty()));

    let empty = dir.path().join("empty").display().to_string();
    ensure!(matches!(
        host.open_folder(&empty, false),
        Err(Error::NoPlant { .. })
    ));
    ensure!(matches!(
        host.open_folder("plant", false),
        Err(Error::NoFolder { .. })
    ));
    let broken = dir.path().join("broken");
    std::fs::create_dir(&broken)?;
    std::fs::write(broken.join("plant.toml"), "[plant]\nid = 4\n")?;
    host.open_folder(&broken.display().to_string(), false)?;
    let way = ended(&host).await?;
    let told = way.failure.map(|said| said.text).unwrap_or_default();
    ensure!(
        way.step == OpeningStep::Failed && told.contains("plant.toml"),
        "{told}"
    );
    host.open_own()?;
    let way = ended(&host).await?;
    ensure!(
        way.step == OpeningStep::Failed,
        "it is open already: {way:?}"
    );

    host.open_folder(&empty, true)?;
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Done, "{way:?}");
    let noted = std::fs::read_to_string(dir.path().join("opened"))?;
    ensure!(noted == empty, "the next start opens it: {noted}");
    host.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_cannot_start_says_why() -> Result<()> {
    let dir = TempDir::new()?;
    let places = Places {
        demo_program: "/bin/false".into(),
        ..places(dir.path())?
    };
    let (host, _opened) = Host::start(&places.own.clone(), places).await;
    host.open_demo()?;
    let way = ended(&host).await?;
    let told = way.failure.map(|said| said.text).unwrap_or_default();
    ensure!(
        told.contains("ended at once") && told.contains("plant.log"),
        "{told}"
    );
    host.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_first_plant_cannot_be_opened_another_one_can() -> Result<()> {
    let dir = TempDir::new()?;
    let own = dir.path().join("own");
    std::fs::create_dir(&own)?;
    std::fs::write(own.join("plant.toml"), "[plant]\nid = 4\n")?;
    let (host, _opened) = host(dir.path()).await?;
    let told = host.app().err().context("no plant is open")?.message;
    ensure!(told.contains("plant.toml"), "{told}");
    ensure!(host.workspace().await.folder == own.display().to_string());

    host.open_own()?;
    let way = ended(&host).await?;
    ensure!(
        way.step == OpeningStep::Failed,
        "nothing was mended: {way:?}"
    );
    std::fs::remove_file(own.join("plant.toml"))?;
    host.open_own()?;
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Done, "{way:?}");
    ensure!(host.app().is_ok());
    host.stop().await;
    Ok(())
}

/// A plant file that cannot be read to its end before somebody writes it.
fn slow_plant(dir: &Path) -> Result<std::path::PathBuf> {
    std::fs::create_dir(dir)?;
    let file = dir.join("plant.toml");
    let made = std::process::Command::new("mkfifo").arg(&file).status()?;
    ensure!(made.success(), "mkfifo");
    Ok(file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_first_plant_that_takes_long_keeps_no_window_waiting_and_can_be_cancelled() -> Result<()>
{
    let dir = TempDir::new()?;
    let file = slow_plant(&dir.path().join("own"))?;
    let starting = host(dir.path());
    let (host, _opened) = tokio::time::timeout(Duration::from_secs(20), starting).await??;
    let way = host.opening().context("it goes on")?;
    ensure!(way.step == OpeningStep::Workspace, "{way:?}");
    ensure!(matches!(host.open_demo(), Err(Error::Opening)));
    host.cancel_opening();
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Cancelled, "at once: {way:?}");
    // What was being read ends first; then another plant is opened.
    let other = dir.path().join("other").display().to_string();
    host.open_folder(&other, true)?;
    let written = tokio::task::spawn_blocking(move || std::fs::write(file, "broken"));
    let way = ended(&host).await?;
    ensure!(way.step == OpeningStep::Done, "{way:?}");
    tokio::time::timeout(Duration::from_secs(20), written).await???;
    host.stop().await;
    Ok(())
}
