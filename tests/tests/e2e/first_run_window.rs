//! The first start in the real window: nothing is there, the demo is a click away, and it goes with the program.

use std::{net::Ipv4Addr, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use twinscope_tests::harness::{
    desktop::Desktop,
    process, wait,
    window::{Driver, Window},
};

const SOON: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(180);
/// A line of /proc/net/tcp of a socket that listens.
const LISTENS: &str = "0A";

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_a_click_away_and_goes_with_the_program() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let desktop = Desktop::start(dir.path()).await?;
    let driver = Driver::start(&desktop, dir.path()).await?;
    let window = driver.open(&dir.path().join("own")).await?;
    let outcome = tokio::time::timeout(WHOLE, story(&window, &desktop)).await;
    outcome.context("the story hangs")?
}

async fn story(window: &Window, desktop: &Desktop) -> Result<()> {
    window.select("html[data-ready=\"true\"]", SOON).await?;
    window.resize(1_280, 800).await?;
    window.find("first-run", SOON).await?;
    let folder = desktop.data().join("twinscope/demo");
    ensure!(!folder.exists(), "a demo plant before anybody asked for it");
    window.click("first-demo").await?;
    let has_values = |text: &str| text.contains("m³/h") && text.contains("mm/s");
    window
        .text_where("tile-pump-2", SOON * 2, has_values)
        .await?;
    window.find("demo-mark", SOON).await?;

    let state: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("state.json"))?)?;
    let number = |name: &str| state[name].as_u64().context("a number");
    let plant = number("pid")?;
    let runs = || Path::new(&format!("/proc/{plant}/exe")).exists();
    ensure!(runs(), "the demo plant does not run");
    for name in ["port", "port_v4"] {
        let port = u16::try_from(number(name)?)?;
        let heard_at = listening(port)?;
        ensure!(
            heard_at == [Ipv4Addr::LOCALHOST],
            "port {port} is open at {heard_at:?}"
        );
    }
    let program = *window.processes()?.first().context("the program")?;
    process::signal(program, "TERM")?;
    wait::until("the end of program and plant", SOON, || async {
        (window.processes().ok()?.is_empty() && !runs()).then_some(())
    })
    .await
}

/// The addresses at which this machine listens on a port (proc(5), /proc/net/tcp: little-endian hexadecimal digits).
fn listening(port: u16) -> Result<Vec<Ipv4Addr>> {
    let mut found = Vec::new();
    for line in std::fs::read_to_string("/proc/net/tcp")?.lines().skip(1) {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, local, _, state, ..] = fields.as_slice() else {
            continue;
        };
        let (address, at) = local.split_once(':').context("an address")?;
        if *state == LISTENS && u16::from_str_radix(at, 16)? == port {
            found.push(Ipv4Addr::from(
                u32::from_str_radix(address, 16)?.to_le_bytes(),
            ));
        }
    }
    Ok(found)
}
