//! Eight live traces: pictures a second, extremes, tasks, cursor, and longer spans from history.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use twin_app::clock;
use twinscope_tests::harness::{
    broker::Broker,
    feed::{Link, Sender, Shape, wave},
};

use crate::{
    Scale, Wanted,
    figures::{self, Figures, quantile, spread},
    page::Page,
    screen::{Rect, Screen},
    stage::Stage,
};

const SHAPE: Shape = Shape {
    assets: 1,
    signals: 8,
    scaled: false,
};
/// History before the window opens: a day, a sample a second.
const PAST_MS: i64 = 86_400_000;
const PAST_EVERY_MS: i64 = 1_000;
/// Messages of the past that are sent at once.
const PART: usize = 7_200;
/// Live samples of each trace; twice as many as the program's frames, so that each frame brings news.
const LIVE_EVERY: Duration = Duration::from_millis(25);
/// One sample stands out of everything; so long before the window opens, ms.
const PEAK_BEFORE_MS: i64 = 600_000;
const PEAK_SIGNAL: usize = 3;
const PEAK: f64 = 140.0;
/// Spans that are looked at, s.
const SPANS: [i64; 4] = [900, 3_600, 28_800, 86_400];
const PATIENCE: Duration = Duration::from_secs(120);
/// What lies so near to the present may be under way, ms.
const SETTLED_MS: i64 = 3_000;
/// Columns at the newest values: what is new appears there.
const NEWEST: u16 = 72;
/// Columns in which the present lies.
const PRESENT: usize = 9;

/// All that was sent: times in ms with the values of all signals.
type Sent = Arc<Mutex<Vec<(i64, [f64; 8])>>>;

/// Where the picture lies on the page, CSS pixels, and the colour of the cursor.
#[derive(Debug, Deserialize)]
struct Plot {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    text: String,
}

/// Values of all signals at a time.
fn values(at: i64, peak: i64) -> [f64; 8] {
    std::array::from_fn(|signal| {
        if at == peak && signal == PEAK_SIGNAL {
            return PEAK;
        }
        // As it is written in messages, and read again.
        (wave(signal, at) * 1e3).round() / 1e3
    })
}

fn note(sent: &Sent, at: i64, values: [f64; 8]) {
    let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    sent.push((at, values));
}

/// A scene that goes on.
struct Scene {
    page: Page,
    keys: Vec<i64>,
    sent: Sent,
    peak: i64,
    sender: Sender,
    _broker: Broker,
}

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
    let scene = set_up(stage).await?;
    for part in ["frames", "extremes", "task", "cursor", "span"] {
        if !wanted.has(part) {
            continue;
        }
        println!("{part}:");
        match part {
            "frames" => frames(stage, &scene, scale, figures).await?,
            "extremes" => extremes(&scene, figures).await?,
            "task" => task(&scene, scale, figures).await?,
            "cursor" => cursor(stage, &scene, scale, figures).await?,
            _ => span(&scene, scale, figures).await?,
        }
    }
    stage.close(scene.page).await?;
    scene.sender.stop()
}

async fn set_up(stage: &Stage) -> Result<Scene> {
    let (broker, workspace) = stage.plant(SHAPE).await?;
    let page = stage.open(&workspace).await?;
    let ids: Vec<String> = (0..SHAPE.signals).map(|s| format!("a0/s{s}")).collect();
    let ids = serde_json::to_string(&ids)?;
    let keys: Vec<i64> = page
        .wait(&format!("bench.keys({ids})"), Duration::from_secs(10))
        .await?;
    let sent = Sent::default();
    let now = clock::now().millis();
    let peak = now - PEAK_BEFORE_MS;
    let mut link = Link::connect(broker.port)?;
    send_past(&page, &keys, &mut link, &sent, peak).await?;
    let noted = Arc::clone(&sent);
    let sender = Sender::start(link, LIVE_EVERY, move |_, at| {
        let values = values(at, peak);
        note(&noted, at, values);
        SHAPE.message(0, Some(at), |signal| values[signal])
    });
    let kept = format!("JSON.stringify({{ ids: {ids}, span: 900e6 }})");
    let open = format!(
        "localStorage.setItem('twinscope.trend', {kept}); localStorage.setItem('twinscope.theme', 'dark');
         location.hash = '#/trend'; location.reload()"
    );
    page.tell(&open).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let page = Page::ready(page.0).await?;
    page.0.find("trend-pixels", PATIENCE).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    Ok(Scene {
        page,
        keys,
        sent,
        peak,
        sender,
        _broker: broker,
    })
}

/// Sends a day that ends now, part by part: what comes too fast with QoS 0 would be dropped, and counted.
async fn send_past(
    page: &Page,
    keys: &[i64],
    link: &mut Link,
    sent: &Sent,
    peak: i64,
) -> Result<()> {
    let now = peak + PEAK_BEFORE_MS;
    let every = PAST_EVERY_MS;
    let mut times = (now - PAST_MS..now).step_by(every as usize).peekable();
    while times.peek().is_some() {
        let mut last = 0;
        for at in times.by_ref().take(PART) {
            // The peak lies on the grid of what is sent.
            let is_peak = (at..at + every).contains(&peak);
            let at = if is_peak { peak } else { at };
            let values = values(at, peak);
            note(sent, at, values);
            link.send(&SHAPE.message(0, Some(at), |signal| values[signal])?)?;
            last = at;
        }
        is_stored(page, keys, last).await?;
    }
    Ok(())
}

/// Waits until history has what was sent of a time in ms.
async fn is_stored(page: &Page, keys: &[i64], at: i64) -> Result<()> {
    let waiting = async {
        loop {
            let found = columns(page, keys, (at - 10_000, at + 1), 10).await?;
            let newest = found.iter().filter_map(|columns| columns.last());
            let known = newest.filter(|column| column[1] >= at as f64 * 1e3);
            if known.count() == SHAPE.signals {
                return Ok::<(), anyhow::Error>(());
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .context("history did not take what was sent in two minutes")?
}

/// Columns of signals between two times in ms: of each, time of its first and last sample (µs), least and most.
async fn columns(
    page: &Page,
    keys: &[i64],
    (t0, t1): (i64, i64),
    width: usize,
) -> Result<Vec<Vec<[f64; 4]>>> {
    let keys = serde_json::to_string(keys)?;
    let (t0, t1) = (t0 * 1_000, t1 * 1_000);
    let asked = format!("bench.columns({keys}, {t0}, {t1}, {width})");
    let mut found: Vec<Vec<[f64; 4]>> = page.wait(&asked, Duration::from_secs(20)).await?;
    // The neighbours on both sides come along, so that a line can be drawn to the edges.
    for columns in &mut found {
        columns.retain(|column| column[0] >= t0 as f64 && column[1] < t1 as f64);
    }
    Ok(found)
}

fn on_screen(stage: &Stage, plot: &Plot) -> Result<Rect> {
    let (x, y) = stage.origin()?;
    Ok(Rect {
        x: x + plot.left.round() as i16,
        y: y + plot.top.round() as i16,
        width: plot.width.round() as u16,
        height: plot.height.round() as u16,
    })
}

async fn follow(page: &Page, span: i64) -> Result<Plot> {
    page.0.click(&format!("trend-span-{span}")).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    page.get("bench.plot()").await
}

/// Looks at the screen itself, at the newest values of the trend: each change is a picture that was painted and differs
/// from the one before. The worst of two spans counts.
async fn frames(stage: &Stage, scene: &Scene, scale: Scale, figures: &mut Figures) -> Result<()> {
    let page = &scene.page;
    let mut worst = f64::INFINITY;
    for span in [SPANS[0], SPANS[3]] {
        let plot = on_screen(stage, &follow(page, span).await?)?;
        let newest = Rect {
            x: plot.x + plot.width.saturating_sub(NEWEST) as i16,
            width: NEWEST.min(plot.width),
            ..plot
        };
        let seen = watch(&stage.screen, newest, scale.watch_s)?;
        println!(
            "a span of {span} s on {} x {} pixels: {seen:.1} different pictures a second",
            plot.width, plot.height
        );
        worst = worst.min(seen);
    }
    let empty = "bench.empty(4)";
    let limit: f64 = page.wait(empty, Duration::from_secs(20)).await?;
    println!(
        "limit: an empty canvas of 1,200 x 500 pixels, filled anew: {limit:.1} pictures a second"
    );
    figures.report(figures::FRAMES, worst);
    Ok(())
}

/// Watches the screen without holding up the driver.
fn watch(screen: &Screen, part: Rect, seconds: f64) -> Result<f64> {
    tokio::task::block_in_place(|| screen.pictures_per_s(part, seconds))
}

/// Compares what the window gets for each span with all that was sent: a column's least and most must be those of its
/// samples, and no sample may lie outside every column. Then looks whether the one sample that stands out is seen.
async fn extremes(scene: &Scene, figures: &mut Figures) -> Result<()> {
    let mut lost = 0;
    for span in SPANS {
        let t1 = clock::now().millis() - SETTLED_MS;
        let range = (t1 - span * 1_000, t1);
        let found = columns(&scene.page, &scene.keys, range, 1_200).await?;
        let sent = scene
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let sent: Vec<_> = sent
            .into_iter()
            .filter(|(at, _)| (range.0..range.1).contains(at))
            .collect();
        let missed: usize = (0..SHAPE.signals)
            .map(|signal| missed(&sent, signal, found.get(signal).map_or(&[], Vec::as_slice)))
            .sum();
        let width: usize = found.iter().map(Vec::len).sum();
        println!(
            "a span of {span} s: {width} columns of {} samples, {missed} lost",
            sent.len() * SHAPE.signals
        );
        lost += missed;
        if !peak_is_seen(scene, span).await? {
            println!("a span of {span} s: the sample that stands out is not seen");
            lost += 1;
        }
    }
    figures.report(figures::EXTREMES, lost as f64);
    Ok(())
}

/// Samples of a signal that no column holds, and extremes that a column has not.
fn missed(sent: &[(i64, [f64; 8])], signal: usize, columns: &[[f64; 4]]) -> usize {
    let mut missed = 0;
    let mut at = 0;
    for [first, last, least, most] in columns {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        while let Some((time, values)) = sent.get(at) {
            let micros = *time as f64 * 1e3;
            if micros > *last {
                break;
            }
            at += 1;
            if micros < *first {
                missed += 1;
                continue;
            }
            low = low.min(values[signal]);
            high = high.max(values[signal]);
        }
        missed += usize::from(low != *least) + usize::from(high != *most);
    }
    missed + sent.len() - at
}

/// Whether the picture reaches highest where the sample that stands out lies.
async fn peak_is_seen(scene: &Scene, span: i64) -> Result<bool> {
    follow(&scene.page, span).await?;
    let tops: Vec<usize> = scene.page.get("bench.tops()").await?;
    let before = (clock::now().millis() - scene.peak) as f64 / (span as f64 * 1e3);
    let expected = tops.len() as f64 * (1.0 - before);
    // The line that marks the present reaches to the top.
    let past = tops.get(..tops.len().saturating_sub(PRESENT));
    let tops = past.context("a picture")?;
    let highest = tops.iter().min().context("a picture")?;
    let columns = tops.iter().enumerate().filter(|(_, top)| *top == highest);
    let far = columns
        .map(|(x, _)| (x as f64 - expected).abs())
        .fold(0.0, f64::max);
    Ok(far <= 12.0)
}

async fn task(scene: &Scene, scale: Scale, figures: &mut Figures) -> Result<()> {
    let page = &scene.page;
    let mut worst = f64::NEG_INFINITY;
    for span in [SPANS[0], SPANS[3]] {
        follow(page, span).await?;
        page.note_tasks().await?;
        tokio::time::sleep(Duration::from_secs_f64(scale.watch_s)).await;
        let tasks = page.tasks().await?;
        println!(
            "{}",
            spread(&format!("a span of {span} s: tasks"), "ms", &tasks)
        );
        worst = worst.max(quantile(&tasks, 0.99));
    }
    figures.report(figures::TASK, worst);
    Ok(())
}

/// Moves the mouse over the live traces and looks at the screen until the cursor's line stands there.
async fn cursor(stage: &Stage, scene: &Scene, scale: Scale, figures: &mut Figures) -> Result<()> {
    let plot = follow(&scene.page, SPANS[0]).await?;
    let colour = u32::from_str_radix(plot.text.trim_start_matches('#'), 16)?;
    let area = on_screen(stage, &plot)?;
    // Half of a dashed line has its colour; words and traces have others.
    let many = usize::from(area.height) / 3;
    let mut times = Vec::new();
    let mut unseen = 0;
    for i in 0..scale.moves {
        let x = area.x + 20 + ((i * 397) % (usize::from(area.width) - 40)) as i16;
        let line = Rect {
            x: x - 2,
            width: 5,
            ..area
        };
        let middle = area.y + (area.height / 2) as i16;
        let seen = tokio::task::block_in_place(|| {
            stage.screen.point(x, middle)?;
            stage.screen.wait_for(line, colour, many)
        })?;
        match seen {
            Some(ms) => times.push(ms),
            None => unseen += 1,
        }
        // Another phase against the frames each time.
        tokio::time::sleep(Duration::from_millis(90 + (i as u64 * 7) % 50)).await;
    }
    stage.screen.point(0, 0)?;
    ensure!(!times.is_empty(), "the cursor was never seen");
    println!(
        "{}; {unseen} not seen in a second",
        spread("from the mouse to the screen", "ms", &times)
    );
    times.extend(std::iter::repeat_n(1e3, unseen));
    figures.report(figures::CURSOR, quantile(&times, 0.99));
    Ok(())
}

/// From the click to the frame after the one that shows history at a tenth of the longer span.
async fn span(scene: &Scene, scale: Scale, figures: &mut Figures) -> Result<()> {
    let asked = format!("bench.spans({})", scale.rounds);
    let limit = Duration::from_secs(10 + scale.rounds as u64 * 10);
    let times: Vec<f64> = scene.page.wait(&asked, limit).await?;
    println!("{}", spread("to a longer span", "ms", &times));
    answers(scene, scale).await?;
    figures.report(figures::SPAN, quantile(&times, 0.9));
    Ok(())
}

/// How much of that is history's answer, with the way to the page and back.
async fn answers(scene: &Scene, scale: Scale) -> Result<()> {
    let keys = serde_json::to_string(&scene.keys)?;
    for span in SPANS {
        let t1 = clock::now().millis() * 1_000;
        let t0 = t1 - span * 1_000_000;
        let asked = format!("bench.answers({keys}, {t0}, {t1}, 1200, {})", scale.rounds);
        let limit = Duration::from_secs(10 + scale.rounds as u64);
        let times: Vec<f64> = scene.page.wait(&asked, limit).await?;
        let what = format!("a span of {span} s: the answer alone");
        println!("{}", spread(&what, "ms", &times));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_extreme_is_counted() {
        let sent: Vec<_> = (0..10).map(|at| (at, [at as f64; 8])).collect();
        let whole = [[0.0, 4e3, 0.0, 4.0], [5e3, 9e3, 5.0, 9.0]];
        assert_eq!(missed(&sent, 0, &whole), 0);
        assert_eq!(missed(&sent, 0, &[[0.0, 4e3, 0.0, 3.0], whole[1]]), 1);
        assert_eq!(missed(&sent, 0, &whole[..1]), 5);
        assert_eq!(missed(&sent, 0, &[[1e3, 4e3, 1.0, 4.0], whole[1]]), 1);
    }
}
