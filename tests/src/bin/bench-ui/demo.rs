//! The demo plant: the first picture, and the memory of everything.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result};
use twinscope_tests::harness::demo::Demo;

use crate::{
    Scale, Wanted,
    figures::{self, Figures, quantile, spread},
    machine,
    page::Page,
    stage::{Stage, program},
};

/// Screens that a person would look at before memory is read.
const SCREENS: [&str; 5] = ["#/asset/pump-2", "#/trend", "#/alarms", "#/process", "#/"];

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
    let demo = Demo::start(stage.dir()).await?;
    let workspace = stage.dir().join("workspace");
    demo.workspace(&workspace)?;
    if wanted.has("first") {
        first(stage, &workspace, scale, figures).await?;
    }
    if wanted.has("pss") {
        pss(stage, &demo, &workspace, scale, figures).await?;
    }
    Ok(())
}

/// From the start of the process to the frame after the first picture, by the page's own mark; some starts one after the
/// other on one workspace, the median counts.
async fn first(stage: &Stage, workspace: &Path, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("first:");
    let mut times = Vec::new();
    for _ in 0..scale.starts {
        let page = stage.open(workspace).await?;
        let started = machine::started_ms(program(&page)?)?;
        let mark = "(() => { const mark = performance.getEntriesByName('first-picture')[0];
            return mark ? performance.timeOrigin + mark.startTime : null; })()";
        tokio::time::sleep(Duration::from_secs(1)).await;
        let shown: Option<f64> = page.get(mark).await?;
        times.push(shown.context("the page did not mark its first picture")? - started);
        tokio::time::sleep(Duration::from_secs(2)).await;
        stage.close(page).await?;
    }
    println!("{}", spread("starts", "ms", &times));
    figures.report(figures::FIRST, quantile(&times, 0.5));
    Ok(())
}

/// Shared memory counts by its part (PSS), of the program, its web processes and the demo plant with its broker.
async fn pss(
    stage: &Stage,
    demo: &Demo,
    workspace: &Path,
    scale: Scale,
    figures: &mut Figures,
) -> Result<()> {
    println!("pss:");
    let page = stage.open(workspace).await?;
    for screen in SCREENS {
        page.tell(&format!("location.hash = '{screen}'")).await?;
        tokio::time::sleep(Duration::from_secs_f64(scale.watch_s / 4.0)).await;
    }
    tokio::time::sleep(Duration::from_secs_f64(scale.watch_s)).await;
    let sum = everything(&page, demo)?;
    figures.report(figures::PSS, sum);
    stage.close(page).await
}

fn everything(page: &Page, demo: &Demo) -> Result<f64> {
    let mut sum = 0.0;
    for id in machine::family(program(page)?)
        .into_iter()
        .chain([demo.id()])
    {
        let mb = machine::shared_out_mb(id)?;
        println!("{}: {mb:.1} MB", machine::name(id));
        sum += mb;
    }
    Ok(sum)
}
