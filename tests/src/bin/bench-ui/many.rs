//! 5,000 signals ten times a second: processor time of the web process, and its memory over an hour's worth of frames.

use std::time::Duration;

use anyhow::{Result, ensure};
use twin_app::clock;
use twinscope_tests::harness::feed::{Sender, Shape, send_all};

use crate::{
    Scale, Wanted,
    figures::{self, Figures},
    machine,
    page::Page,
    stage::{Stage, program},
};

const SHAPE: Shape = Shape {
    assets: 100,
    signals: 50,
    scaled: true,
};
const PER_S: usize = 10;
/// The overview shows 200 values in a window of this size, CSS pixels.
const LARGE: (u32, u32) = (2_560, 1_440);
const VISIBLE_MIN: usize = 200;
/// Until tiles have their content and small trends, and what is compiled while running is compiled.
const SETTLE: Duration = Duration::from_secs(15);
/// Each frame is handed to the page so many times, so that an hour's worth comes in five minutes.
const REPEATED: usize = 12;
/// Memory is read so often.
const READ_EVERY: Duration = Duration::from_millis(20);
/// The lowest memory of so long counts: what is garbage goes from time to time, s.
const WINDOW_S: f64 = 60.0;

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
    page.0.resize(LARGE.0, LARGE.1).await?;
    let sender = send_all(SHAPE, PER_S, broker.port)?;
    tokio::time::sleep(SETTLE).await;
    let visible: usize = page.get("bench.visible()").await?;
    println!(
        "{} signals {PER_S} times a second, {visible} values on the screen ({} x {} pixels)",
        SHAPE.assets * SHAPE.signals,
        LARGE.0,
        LARGE.1
    );
    ensure!(visible >= VISIBLE_MIN, "only {visible} values are visible");
    if wanted.has("core") {
        core(&page, scale, figures).await?;
    }
    if wanted.has("heap") {
        heap(&page, scale, figures).await?;
    }
    finish(stage, page, sender).await
}

async fn finish(stage: &Stage, page: Page, sender: Sender) -> Result<()> {
    sender.stop()?;
    stage.close(page).await
}

async fn core(page: &Page, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("core:");
    let program = program(page)?;
    let web = machine::web_process(program)?;
    let busy = || Ok::<_, anyhow::Error>((machine::busy_s(web)?, machine::busy_s(program)?));
    let (begin, before, machine_before) = (clock::now(), busy()?, machine::idle_and_all());
    tokio::time::sleep(Duration::from_secs_f64(scale.watch_s * 1.5)).await;
    let (after, machine_after) = (busy()?, machine::idle_and_all());
    let seconds = clock::now().since(begin).secs_f64();
    let share = |(before, after): (f64, f64)| (after - before) / seconds * 100.0;
    if let (Some((idle0, all0)), Some((idle1, all1))) = (machine_before, machine_after) {
        println!(
            "all cores were idle for {:.0} % of the time; the program itself took {:.0} % of a core",
            (idle1 - idle0) / (all1 - all0) * 100.0,
            share((before.1, after.1))
        );
    }
    figures.report(figures::CORE, share((before.0, after.0)));
    Ok(())
}

/// The web process's anonymous memory (heap of the engine and of everything beside it, no files) is read so often that none
/// of its lowest moments is missed, which are those after garbage is collected; a minute's lowest is compared with that of
/// the last minute. The hour is accelerated: each frame is handed to the page 12 times, numbered on, with other times and
/// values. Pictures come as often as the window paints.
async fn heap(page: &Page, scale: Scale, figures: &mut Figures) -> Result<()> {
    println!("heap:");
    let web = machine::web_process(program(page)?)?;
    page.tell(&format!("bench.repeat({REPEATED})")).await?;
    let begin = clock::now();
    let mut readings: Vec<(f64, f64)> = Vec::new();
    loop {
        tokio::time::sleep(READ_EVERY).await;
        let passed = clock::now().since(begin).secs_f64();
        readings.push((passed, machine::anonymous_mb(web)?));
        if passed >= scale.heap_s {
            break;
        }
    }
    let frames: f64 = page.get("bench.frames").await?;
    let window = WINDOW_S.min(scale.heap_s / 5.0);
    // What is compiled and cached under the new load comes first.
    let from = window;
    let least = |begin: f64| {
        let inside = readings
            .iter()
            .filter(|(at, _)| (begin..begin + window).contains(at));
        inside.map(|(_, mb)| *mb).fold(f64::INFINITY, f64::min)
    };
    let steps = (0..10).map(|step| scale.heap_s / 10.0 * f64::from(step));
    let course: Vec<String> = steps.map(|begin| format!("{:.1}", least(begin))).collect();
    println!("the lowest of a window, MB: {}", course.join(" "));
    let to = scale.heap_s - window;
    let (first, last) = (least(from), least(to));
    let hours = (to - from) * REPEATED as f64 / 3_600.0;
    println!(
        "{frames:.0} frames in {:.0} s: {first:.1} MB at the beginning, {last:.1} MB {hours:.2} hours' worth of frames later",
        scale.heap_s
    );
    figures.report(figures::HEAP, (last - first) / hours);
    Ok(())
}
