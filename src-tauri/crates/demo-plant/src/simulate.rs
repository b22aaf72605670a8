//! Simulated running as fast as the machine can: for learning models and for tests. No clock, no network.

use std::io::Write;

use crate::{
    Error, Scheduled,
    fault::Control,
    sim::{ASSETS, Asset, Readings, Station, Value},
};

/// Midnight UTC, 2 March 2026: where simulated runs begin unless told otherwise, so that they can be repeated.
pub const EPOCH: i64 = 1_772_409_600_000_000;

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Seed of all noise.
    pub seed: u64,
    /// Beginning, microseconds since 1970 UTC.
    pub start: i64,
    /// How long, seconds.
    pub duration_s: f64,
    /// How often to look, seconds, >= 0.1.
    pub every_s: f64,
    /// Faults; none for normal running.
    pub faults: Vec<Scheduled>,
}

impl Plan {
    /// Normal running for `hours`, looked at `every_s` seconds.
    pub fn normal(seed: u64, hours: f64, every_s: f64) -> Self {
        Plan {
            seed,
            start: EPOCH,
            duration_s: hours * 3600.0,
            every_s,
            faults: Vec::new(),
        }
    }

    /// Runs the plan: `see` gets the seconds since the beginning and what the instruments show.
    ///
    /// # Errors
    /// [`Error::SimulatedTime`] for a step below 0.1 s or a duration that is no number; whatever `see` returns.
    pub fn run(
        &self,
        mut see: impl FnMut(f64, &Readings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !(0.1..=3600.0).contains(&self.every_s) {
            return Err(Error::SimulatedTime(format!("{} s", self.every_s)));
        }
        if !(0.0..=1e9).contains(&self.duration_s) {
            return Err(Error::SimulatedTime(format!("{} s", self.duration_s)));
        }
        let mut station = Station::new(self.seed, self.start)?;
        let mut waiting = self.faults.clone();
        let looks = (self.duration_s / self.every_s).floor() as u64;
        for look in 0..looks {
            let time = look as f64 * self.every_s;
            waiting.retain(|scheduled| {
                let due = scheduled.after_s <= time;
                if due {
                    station.control(Control::Begin(scheduled.fault));
                }
                !due
            });
            see(time, station.readings())?;
            station.step(self.every_s);
        }
        Ok(())
    }
}

/// The asset of that name.
///
/// # Errors
/// [`Error::UnknownAsset`], which lists all there are.
pub fn asset(name: &str) -> Result<Asset, Error> {
    ASSETS
        .iter()
        .find(|asset| asset.id == name)
        .copied()
        .ok_or_else(|| Error::UnknownAsset {
            asked: name.to_owned(),
            known: ASSETS
                .iter()
                .map(|asset| asset.id)
                .collect::<Vec<_>>()
                .join(", "),
        })
}

/// Writes the plan's readings of one asset as CSV: a heading, then `time_s` and every signal of the asset, in order.
///
/// # Errors
/// [`Error::UnknownAsset`], [`Error::SimulatedTime`], [`Error::Output`] when `out` cannot be written.
pub fn write_csv(plan: &Plan, asset_id: &str, out: &mut impl Write) -> Result<(), Error> {
    let asset = asset(asset_id)?;
    let heading: Vec<_> = asset.signals.iter().map(|signal| signal.id).collect();
    writeln!(out, "time_s,{}", heading.join(",")).map_err(Error::Output)?;
    plan.run(|time, readings| {
        write!(out, "{time}").map_err(Error::Output)?;
        for (_, value) in readings.of(asset.id) {
            match value {
                Value::Number(number) => write!(out, ",{number}"),
                Value::Count(count) => write!(out, ",{count}"),
                Value::Flag(flag) => write!(out, ",{}", u8::from(flag)),
                Value::Text(text) => write!(out, ",{text}"),
            }
            .map_err(Error::Output)?;
        }
        writeln!(out).map_err(Error::Output)
    })
}

/// Seconds from `1s`, `500ms`, `2min` or a bare number of seconds.
///
/// # Errors
/// [`Error::SimulatedTime`] for anything else.
pub fn parse_seconds(text: &str) -> Result<f64, Error> {
    let units = [("ms", 0.001), ("min", 60.0), ("h", 3600.0), ("s", 1.0)];
    let (number, factor) = units
        .iter()
        .find_map(|(unit, factor)| {
            text.trim()
                .strip_suffix(unit)
                .map(|number| (number, *factor))
        })
        .unwrap_or((text.trim(), 1.0));
    let seconds = number.trim().parse::<f64>().map(|number| number * factor);
    seconds
        .ok()
        .filter(|s| s.is_finite() && *s > 0.0)
        .ok_or_else(|| Error::SimulatedTime(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_file_and_another_another() {
        let csv = |seed| {
            let mut out = Vec::new();
            write_csv(&Plan::normal(seed, 0.05, 1.0), "pump-1", &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = csv(7);
        assert_eq!(text, csv(7));
        assert_ne!(text, csv(8));
        let heading = text.lines().next().unwrap();
        assert!(heading.starts_with("time_s,flow,vibration_de"), "{heading}");
        assert_eq!(text.lines().count(), 181);
        assert!(
            text.lines()
                .all(|line| line.split(',').count() == heading.split(',').count())
        );
    }

    #[test]
    fn times_as_people_write_them() {
        assert_eq!(parse_seconds("1s").unwrap(), 1.0);
        assert_eq!(parse_seconds("500ms").unwrap(), 0.5);
        assert_eq!(parse_seconds("2min").unwrap(), 120.0);
        assert_eq!(parse_seconds("3").unwrap(), 3.0);
        for bad in ["", "s", "-1s", "NaN", "soon"] {
            assert!(parse_seconds(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_unknown_asset_lists_what_there_is() {
        let text = asset("pump-9").unwrap_err().to_string();
        assert!(text.contains("pump-9") && text.contains("pump-1") && text.contains("edge-2"));
    }
}
