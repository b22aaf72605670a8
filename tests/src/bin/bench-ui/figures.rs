//! Figures against their bars, and how they are printed.

/// On which side of its bar a figure is good.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// At least this.
    Least(f64),
    /// At most this.
    Most(f64),
}

impl Bar {
    fn holds(self, value: f64) -> bool {
        match self {
            Bar::Least(bound) => value >= bound,
            Bar::Most(bound) => value <= bound,
        }
    }

    fn shown(self) -> String {
        match self {
            Bar::Least(bound) => format!(">={bound}"),
            Bar::Most(bound) => format!("<={bound}"),
        }
    }
}

/// A figure: its name, its unit and its bar.
#[derive(Clone, Copy, Debug)]
pub struct Figure(&'static str, &'static str, Bar);

/// Different pictures of eight live traces that came onto the screen, a second, while data comes in 20 frames a second.
pub const FRAMES: Figure = Figure("ui.frames_painted_per_s", "1/s", Bar::Least(19.0));
/// Extremes of the raw data that columns of any span lack.
pub const EXTREMES: Figure = Figure("ui.extremes_lost", "samples", Bar::Most(0.0));
/// Tasks of the page while eight traces go on.
pub const TASK: Figure = Figure("ui.task_p99_ms", "ms", Bar::Most(33.0));
/// From a move of the mouse to the cursor on the screen, over eight live traces.
pub const CURSOR: Figure = Figure("ui.cursor_p99_ms", "ms", Bar::Most(50.0));
/// Processor time of the web process as a share of one core.
pub const CORE: Figure = Figure("ui.web_core_pct", "%", Bar::Most(50.0));
/// Growth of the web process's own memory in an hour's worth of frames.
pub const HEAP: Figure = Figure("ui.heap_growth_mb_per_h", "MB/h", Bar::Most(5.0));
/// From a click on a tile to the asset's page with its trend drawn.
pub const ASSET: Figure = Figure("ui.open_asset_ms", "ms", Bar::Most(150.0));
/// From a click on a longer span to the trend drawn from history.
pub const SPAN: Figure = Figure("ui.change_span_ms", "ms", Bar::Most(100.0));
/// From the start of the program to the first painted picture of the plant.
pub const FIRST: Figure = Figure("ui.first_picture_ms", "ms", Bar::Most(1_500.0));
/// Memory of all processes, the demo plant's too.
pub const PSS: Figure = Figure("ui.pss_mb", "MB", Bar::Most(450.0));
/// Tasks of the page while 1,000 assets scroll.
pub const SCROLL: Figure = Figure("ui.scroll_task_p99_ms", "ms", Bar::Most(33.0));

/// From another instant of the past to the picture of the plant as it was.
pub const PAST: Figure = Figure("ui.past_ms", "ms", Bar::Most(100.0));

/// Every figure of this bench.
const ALL: [Figure; 12] = [
    FRAMES, EXTREMES, TASK, CURSOR, CORE, HEAP, ASSET, SPAN, FIRST, PSS, SCROLL, PAST,
];

/// The figures as they come in.
#[derive(Debug)]
pub struct Figures {
    /// A short run checks that everything works; its values are not judged.
    judged: bool,
    seen: Vec<(&'static str, bool)>,
}

impl Figures {
    /// None yet. `judged`: whether bars count.
    pub const fn new(judged: bool) -> Self {
        Figures {
            judged,
            seen: Vec::new(),
        }
    }

    /// Prints a figure.
    pub fn report(&mut self, Figure(name, unit, bar): Figure, value: f64) {
        // What was measured as "not a number" holds no bar.
        let ok = bar.holds(value);
        let verdict = match (self.judged, ok) {
            (false, _) => "unjudged",
            (true, true) => "ok",
            (true, false) => "short",
        };
        let shown = bar.shown();
        println!("figure {name} {value:.1} {unit} bar {shown} {verdict}");
        self.seen.push((name, ok));
    }

    /// Prints the summary; gives whether no figure is short and, when `all` were to come, none was forgotten.
    pub fn close(self, all: bool) -> bool {
        let missing: Vec<&str> = ALL
            .iter()
            .filter(|_| all)
            .map(|Figure(name, ..)| *name)
            .filter(|name| !self.seen.iter().any(|(seen, _)| seen == name))
            .collect();
        for name in &missing {
            println!("figure {name} was not measured");
        }
        let ok = self.seen.iter().filter(|(_, ok)| *ok).count();
        let short = self.seen.len() - ok;
        if self.judged {
            println!("{ok} figures ok, {short} short");
        } else {
            println!(
                "{} figures measured; bars were not applied",
                self.seen.len()
            );
        }
        missing.is_empty() && (short == 0 || !self.judged)
    }
}

/// The smallest value that at least `share` (0 to 1) of all are not above (nearest rank). NaN when there is none.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// A row of values in words: how many, median, 90th, 99th percentile and worst.
pub fn spread(what: &str, unit: &str, values: &[f64]) -> String {
    let at = |share| quantile(values, share);
    format!(
        "{what}: {} of them, median {:.1}, 90th percentile {:.1}, 99th {:.1}, worst {:.1} {unit}",
        values.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(quantile(&hundred, 0.99), 99.0);
        assert_eq!(quantile(&hundred, 1.0), 100.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn what_is_short_or_missing_or_no_number_fails() {
        let with = |values: &[(Figure, f64)], judged, all| {
            let mut figures = Figures::new(judged);
            for (figure, value) in values {
                figures.report(*figure, *value);
            }
            figures.close(all)
        };
        assert!(with(&[(TASK, 33.0), (FRAMES, 19.0)], true, false));
        assert!(!with(&[(TASK, 33.1)], true, false));
        assert!(with(&[(TASK, 33.1)], false, false));
        assert!(!with(&[(FRAMES, f64::NAN)], true, false));
        assert!(!with(&[(FRAMES, 20.0)], true, true));
    }
}
