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

/// A figure: its name, its unit and its bar, which is that of the issue that brought this bench.
#[derive(Clone, Copy)]
pub struct Figure(&'static str, &'static str, Bar);

/// Rate of appending as a share of the bare loop's; commits survive the program's death.
pub const APPEND_RATIO: Figure = Figure("historian.append_ratio", "x", Bar::Least(0.7));
/// The same with every commit flushed to the disk.
pub const APPEND_FULL_RATIO: Figure = Figure("historian.append_full_ratio", "x", Bar::Least(0.7));
/// Rate of appending as a multiple of VictoriaMetrics'.
pub const APPEND_VS_VICTORIAMETRICS: Figure =
    Figure("historian.append_vs_victoriametrics", "x", Bar::Least(3.0));
/// Samples a second until all are compacted and rolled up.
pub const SUSTAINED_MSAMPLES_PER_S: Figure = Figure(
    "historian.sustained_msamples_per_s",
    "Msamples/s",
    Bar::Least(2.0),
);
/// Peak memory of the process that does it.
pub const SUSTAINED_RSS_MB: Figure = Figure("historian.sustained_rss_mb", "MB", Bar::Most(200.0));
/// Room of samples alone.
pub const BYTES_PER_SAMPLE: Figure = Figure("historian.bytes_per_sample", "B", Bar::Most(1.0));
/// Room of everything in both files.
pub const BYTES_PER_SAMPLE_ALL: Figure =
    Figure("historian.bytes_per_sample_all", "B", Bar::Most(1.2));
/// 2,000 pixels of any range, all in memory.
pub const ZOOM_WARM_P99_MS: Figure = Figure("historian.zoom_warm_p99_ms", "ms", Bar::Most(5.0));
/// The same with nothing in memory.
pub const ZOOM_COLD_P99_MS: Figure = Figure("historian.zoom_cold_p99_ms", "ms", Bar::Most(25.0));
/// How much a thousand times the history costs.
pub const ZOOM_GROWTH: Figure = Figure("historian.zoom_growth", "x", Bar::Most(2.0));
/// A trend of samples that came just now as a multiple of the same when they are compacted.
pub const FRESH_RATIO: Figure = Figure("historian.fresh_ratio", "x", Bar::Most(1.5));
/// 10,000 signals as of an instant.
pub const ASOF_10K_MS: Figure = Figure("historian.asof_10k_ms", "ms", Bar::Most(100.0));
/// Opening the long history.
pub const OPEN_MS: Figure = Figure("historian.open_ms", "ms", Bar::Most(300.0));
/// Time for the maxima of all signals as a multiple of VictoriaMetrics'.
pub const ALL_SERIES_VS_VICTORIAMETRICS: Figure = Figure(
    "historian.all_series_vs_victoriametrics",
    "x",
    Bar::Most(1.0),
);
/// Every figure of this bench.
const ALL: [Figure; 14] = [
    APPEND_RATIO,
    APPEND_FULL_RATIO,
    APPEND_VS_VICTORIAMETRICS,
    SUSTAINED_MSAMPLES_PER_S,
    SUSTAINED_RSS_MB,
    BYTES_PER_SAMPLE,
    BYTES_PER_SAMPLE_ALL,
    ZOOM_WARM_P99_MS,
    ZOOM_COLD_P99_MS,
    ZOOM_GROWTH,
    FRESH_RATIO,
    ASOF_10K_MS,
    OPEN_MS,
    ALL_SERIES_VS_VICTORIAMETRICS,
];

/// The figures as they come in.
pub struct Figures {
    /// A small run checks that everything works; its values say nothing about speed and are not judged.
    judged: bool,
    seen: Vec<(&'static str, bool)>,
    skipped: Vec<&'static str>,
}

impl Figures {
    /// None yet. `judged`: whether bars count.
    pub const fn new(judged: bool) -> Self {
        Figures {
            judged,
            seen: Vec::new(),
            skipped: Vec::new(),
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
        println!("figure {name} {value:.3} {unit} bar {shown} {verdict}");
        self.seen.push((name, ok));
    }

    /// Says that a figure could not be measured here.
    pub fn skip(&mut self, Figure(name, ..): Figure, why: &str) {
        println!("skipped {name}: {why}");
        self.skipped.push(name);
    }

    /// Prints the summary; gives whether no figure is short and, when `all` were to come, none was forgotten.
    pub fn close(self, all: bool) -> bool {
        let missing: Vec<&str> = ALL
            .iter()
            .filter(|_| all)
            .map(|Figure(name, ..)| *name)
            .filter(|name| !self.skipped.contains(name))
            .filter(|name| !self.seen.iter().any(|(seen, _)| seen == name))
            .collect();
        for name in &missing {
            println!("figure {name} was not measured");
        }
        let ok = self.seen.iter().filter(|(_, ok)| *ok).count();
        let short = self.seen.len() - ok;
        let skipped = self.skipped.len();
        if self.judged {
            println!("{ok} figures ok, {short} short, {skipped} skipped");
        } else {
            println!(
                "{} figures measured on a small scale, {skipped} skipped; bars were not applied",
                self.seen.len()
            );
        }
        missing.is_empty() && (short == 0 || !self.judged)
    }
}
