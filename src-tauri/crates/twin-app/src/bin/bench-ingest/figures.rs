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
#[derive(Clone, Copy, Debug)]
pub struct Figure(&'static str, &'static str, Bar);

/// Paced messages that are missing in history, of all runs together.
pub const PACED_LOST: Figure = Figure("ingest.paced_lost", "messages", Bar::Most(0.0));
/// Processor time of the paced runs as a multiple of the counting loop's.
pub const CPU_RATIO: Figure = Figure("ingest.cpu_ratio", "x", Bar::Most(3.0));
/// Samples a second of the Sparkplug stream, all acknowledged after a flushed commit.
pub const SPARKPLUG: Figure = Figure(
    "ingest.sparkplug_msamples_per_s",
    "Msamples/s",
    Bar::Least(2.0),
);
/// Messages a second of the JSON stream as a share of the counting loop's.
pub const JSON_RATIO: Figure = Figure("ingest.json_ratio", "x", Bar::Least(0.5));
/// Messages a second of QoS 1 as a share of 20 / (round trip + flush).
pub const QOS1_RATIO: Figure = Figure("ingest.qos1_ratio", "x", Bar::Least(0.7));
/// From publishing to the twin, at 20,000 messages a second.
pub const LATENCY_P99_MS: Figure = Figure("ingest.latency_p99_ms", "ms", Bar::Most(20.0));
/// Allocations of the whole process in steady state, the worst of the streams measured.
pub const ALLOCATIONS_PER_SAMPLE: Figure =
    Figure("ingest.allocations_per_sample", "1", Bar::Most(0.01));
/// Every figure of this bench.
const ALL: [Figure; 7] = [
    PACED_LOST,
    CPU_RATIO,
    SPARKPLUG,
    JSON_RATIO,
    QOS1_RATIO,
    LATENCY_P99_MS,
    ALLOCATIONS_PER_SAMPLE,
];

/// The figures as they come in.
#[derive(Debug)]
pub struct Figures {
    /// A small run checks that everything works; its values say nothing about speed and are not judged.
    judged: bool,
    seen: Vec<(&'static str, bool)>,
    allocations: Vec<f64>,
}

impl Figures {
    /// None yet. `judged`: whether bars count.
    pub const fn new(judged: bool) -> Self {
        Figures {
            judged,
            seen: Vec::new(),
            allocations: Vec::new(),
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
        println!("figure {name} {value:.4} {unit} bar {shown} {verdict}");
        self.seen.push((name, ok));
    }

    /// Notes allocations a sample of one sort of stream.
    pub fn note_allocations(&mut self, per_sample: f64) {
        self.allocations.push(per_sample);
    }

    /// The most allocations a sample of all streams; none when none was measured.
    pub fn worst_allocations(&self) -> Option<f64> {
        self.allocations.iter().copied().reduce(f64::max)
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
