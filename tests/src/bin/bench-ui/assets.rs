//! 1,000 assets: opening one, scrolling through all, and all as they were.

use std::time::Duration;

use anyhow::{Context, Result};
use twin_app::clock;
use twinscope_tests::harness::feed::{Link, Shape, send_all, wave};

use crate::{
    Scale, Wanted,
    figures::{self, Figures, quantile, spread},
    page::Page,
    stage::Stage,
};

const SHAPE: Shape = Shape {
    assets: 1_000,
    signals: 5,
    scaled: true,
};
/// History of every asset: what its trend and the small ones show, ms.
const PAST_MS: i64 = 1_000_000;
const PAST_EVERY_MS: usize = 10_000;
/// How fast is scrolled, CSS pixels a second: ten tiles.
const SPEED: u32 = 1_500;
const PATIENCE: Duration = Duration::from_secs(180);

/// Measures what is wanted of this scene.
///
/// # Errors
/// When a program does not come up or the window is gone.
pub async fn measure(
    stage: &Stage,
    wanted: &Wanted,
    scale: Scale,
    figures: &mut Figures,
) -> Result<()> {
    let (broker, workspace) = stage.plant(SHAPE).await?;
    let page = stage.open(&workspace).await?;
    let now = clock::now().millis();
    let mut link = Link::connect(broker.port)?;
    for at in (now - PAST_MS..now).step_by(PAST_EVERY_MS) {
        for asset in 0..SHAPE.assets {
            link.send(&SHAPE.message(asset, Some(at), |signal| wave(asset + signal, at))?)?;
        }
    }
    all_is_stored(&page, now).await?;
    let sender = send_all(SHAPE, 1, broker.port)?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    if wanted.has("asset") {
        open(&page, scale, figures).await?;
    }
    if wanted.has("scroll") {
        scroll(&page, scale, figures).await?;
    }
    if wanted.has("past") {
        past(&page, scale, figures).await?;
    }
    sender.stop()?;
    stage.close(page).await
}

/// Waits until history has what was sent of the last asset.
async fn all_is_stored(page: &Page, now: i64) -> Result<()> {
    let key: Vec<i64> = page
        .wait(r#"bench.keys(["a999/s4"])"#, Duration::from_secs(20))
        .await?;
    let key = key.first().context("a key")?;
    let last = (now - PAST_EVERY_MS as i64 * 2) * 1_000;
    let asked = format!("bench.columns([{key}], {last}, {}, 10)", now * 1_000);
    let waiting = async {
        loop {
            let found: Vec<Vec<[f64; 4]>> = page.wait(&asked, Duration::from_secs(20)).await?;
            if found.iter().any(|columns| !columns.is_empty()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .context("history did not take what was sent in three minutes")?
}

/// From the click on a tile to the frame after the one that shows history in the middle of the asset's trend.
async fn open(page: &Page, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("asset:");
    // Those on the first screen, so that nothing has to be scrolled for.
    let ids: Vec<String> = (0..scale.opened).map(|i| format!("a{}", i % 16)).collect();
    let asked = format!("bench.assets({})", serde_json::to_string(&ids)?);
    let limit = Duration::from_secs(20 + 5 * scale.opened as u64);
    let times: Vec<f64> = page.wait(&asked, limit).await?;
    println!("{}", spread("from the tile to the trend", "ms", &times));
    figures.report(figures::ASSET, quantile(&times, 0.9));
    Ok(())
}

async fn scroll(page: &Page, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("scroll:");
    page.note_tasks().await?;
    let asked = format!("bench.scroll({SPEED}, {})", scale.watch_s);
    let limit = Duration::from_secs_f64(scale.watch_s + 20.0);
    let rate: f64 = page.wait(&asked, limit).await?;
    let tasks = page.tasks().await?;
    println!("{}", spread("tasks", "ms", &tasks));
    println!(
        "{} assets at {SPEED} pixels a second: {rate:.1} pictures a second",
        SHAPE.assets
    );
    figures.report(figures::SCROLL, quantile(&tasks, 0.99));
    Ok(())
}

/// From a step of the time bar to the frame after the one that shows the overview of then; and what of it is the
/// program's answer.
async fn past(page: &Page, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("past:");
    let limit = Duration::from_secs(20 + 3 * scale.opened as u64);
    let asked = format!("bench.asOf({})", scale.opened);
    let answers: Vec<f64> = page.wait(&asked, limit).await?;
    println!("{}", spread("the program's answer alone", "ms", &answers));
    page.note_tasks().await?;
    let asked = format!("bench.pasts({})", scale.opened);
    let times: Vec<f64> = page.wait(&asked, limit).await?;
    println!("{}", spread("tasks meanwhile", "ms", &page.tasks().await?));
    println!("{}", spread("to the picture of an instant", "ms", &times));
    figures.report(figures::PAST, quantile(&times, 0.9));
    Ok(())
}
