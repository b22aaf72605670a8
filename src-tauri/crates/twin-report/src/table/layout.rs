//! What the columns of a file mean, by their names.

use std::sync::Arc;

use twin_core::{Said, said};

use crate::Error;

/// The columns of our own files, in order.
pub const COLUMNS: [&str; 8] = [
    "signal", "time", "received", "kind", "value", "unit", "status", "reason",
];

const SIGNAL: &[&str] = &[
    "signal",
    "signal_id",
    "tag",
    "tagname",
    "point",
    "series",
    "name",
    "id",
];
const TIME: &[&str] = &[
    "time",
    "timestamp",
    "source_time",
    "datetime",
    "date",
    "ts",
    "_time",
];
const VALUE: &[&str] = &["value", "_value", "val"];
const RECEIVED: &[&str] = &["received", "received_time", "server_time"];
const KIND: &[&str] = &["kind"];
const STATUS: &[&str] = &["status", "quality"];
const REASON: &[&str] = &["reason"];
const UNIT: &[&str] = &["unit", "units"];

/// The columns of the long format: one row a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Long {
    /// The signal's id.
    pub signal: usize,
    /// Source time.
    pub time: usize,
    /// The value; Parquet files of ours have typed columns instead.
    pub value: Option<usize>,
    /// Received time.
    pub received: Option<usize>,
    /// The value's type.
    pub kind: Option<usize>,
    /// The value's unit.
    pub unit: Option<usize>,
    /// Status.
    pub status: Option<usize>,
    /// Reason of the status.
    pub reason: Option<usize>,
    /// Typed values: numbers, whole numbers, bools, texts.
    pub typed: [Option<usize>; 4],
}

/// What a file's columns mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One row a sample.
    Long(Long),
    /// One row an instant: a column of times, and one column a signal, named by its id.
    Wide {
        /// Source time.
        time: usize,
        /// Signals by column.
        signals: Vec<(usize, Arc<str>)>,
    },
}

impl Layout {
    /// From the header.
    ///
    /// # Errors
    /// [`Error::Header`] when it names no time or several, no signal, a column twice, or a quality beside columns of
    /// signals.
    pub fn of(names: &[String]) -> Result<Layout, Error> {
        let header = |what: Said| Err(Error::Header(what));
        // The first alias that fits counts: `tag` says more than `id`.
        let find = |aliases: &[&str]| {
            let of = |alias: &&str| {
                let is = |name: &String| name.trim().eq_ignore_ascii_case(alias);
                names.iter().position(is)
            };
            aliases.iter().find_map(of)
        };
        let Some(time) = find(TIME) else {
            return header(said!(
                "table-no-time",
                "the first line names no column for the time, only {names}: call it `time`",
                names = listed(names)
            ));
        };
        let is_time = |name: &&String| {
            let name = name.trim();
            TIME.iter().any(|alias| name.eq_ignore_ascii_case(alias))
        };
        let times: Vec<String> = names.iter().filter(is_time).cloned().collect();
        if times.len() > 1 {
            return header(said!(
                "table-times",
                "the first line names more than one column for the time, {names}: give one column with date and time \
                 together",
                names = listed(&times)
            ));
        }
        let typed = ["number", "integer", "bool", "text"].map(|name| find(&[name]));
        let value = find(VALUE);
        if let Some(signal) = find(SIGNAL).filter(|_| value.is_some() || typed[0].is_some()) {
            return Ok(Layout::Long(Long {
                signal,
                time,
                value,
                received: find(RECEIVED),
                kind: find(KIND),
                unit: find(UNIT),
                status: find(STATUS),
                reason: find(REASON),
                typed: if value.is_some() { [None; 4] } else { typed },
            }));
        }
        wide(names, time)
    }
}

/// One column a signal.
fn wide(names: &[String], time: usize) -> Result<Layout, Error> {
    let header = |what: Said| Err(Error::Header(what));
    let mut signals: Vec<(usize, Arc<str>)> = Vec::with_capacity(names.len());
    let mut seen = std::collections::HashSet::new();
    for (column, name) in names.iter().enumerate() {
        let name = name.trim();
        if column == time || name.is_empty() {
            continue;
        }
        if !seen.insert(name) {
            return header(said!(
                "table-twice",
                "the first line names the column `{name}` twice",
                name = super::cell::excerpt(name)
            ));
        }
        signals.push((column, name.into()));
    }
    if let Some(name) = quality_beside(&seen) {
        return header(said!(
            "table-quality",
            "the column `{name}` would be the quality of samples, and a file with one column a signal has no place \
             for it: give columns `signal`, `time`, `value` and `status`, or take it out",
            name = super::cell::excerpt(name)
        ));
    }
    if signals.is_empty() {
        return header(said!(
            "table-no-signal",
            "there is a column for the time, but none for a signal: give columns `signal`, `time` and `value`, or \
             one column a signal"
        ));
    }
    Ok(Layout::Wide { time, signals })
}

/// A column that tells of quality among columns of signals: a plain `status`, or `pump/flow.quality` beside `pump/flow`.
fn quality_beside<'a>(names: &std::collections::HashSet<&'a str>) -> Option<&'a str> {
    let tells = |name: &&str| {
        let plain = STATUS.iter().chain(REASON);
        let lower = name.to_ascii_lowercase();
        let beside = [
            ".quality", ".status", " quality", " status", "_quality", ":quality", ":status", ".q",
            "_q",
        ];
        let of_another = |end: &&str| {
            let kept = lower.strip_suffix(*end).map(str::len);
            kept.is_some_and(|kept| name.get(..kept).is_some_and(|of| names.contains(of)))
        };
        plain.into_iter().any(|known| lower == **known) || beside.iter().any(of_another)
    };
    names.iter().copied().find(tells)
}

/// The first names, for a message.
fn listed(names: &[String]) -> String {
    const MOST: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", super::cell::excerpt(name)))
        .collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str) -> Result<Layout, Error> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        Layout::of(&names)
    }

    #[test]
    fn both_formats_are_told_apart_by_their_headers() {
        let Ok(Layout::Long(long)) = layout("Tag,Timestamp,Value") else {
            panic!("not long");
        };
        assert_eq!((long.signal, long.time, long.value), (0, 1, Some(2)));
        assert_eq!(long.received, None);
        let Ok(Layout::Wide { time, signals }) = layout("pump-1/flow,time,pump-1/status,") else {
            panic!("not wide");
        };
        assert_eq!(time, 1);
        assert_eq!(
            signals,
            [(0, "pump-1/flow".into()), (2, "pump-1/status".into())]
        );
    }

    #[test]
    fn the_more_specific_name_of_a_signal_counts() {
        for (header, signal) in [
            ("id,tag,timestamp,value", 1),
            ("name,id,signal,time,value", 2),
            ("id,name,time,value", 1),
            ("id,time,value", 0),
        ] {
            let Ok(Layout::Long(long)) = layout(header) else {
                panic!("{header} is not long");
            };
            assert_eq!(long.signal, signal, "{header}");
        }
    }

    #[test]
    fn a_header_that_would_be_misread_is_refused() {
        let words = |header: &str| layout(header).unwrap_err().to_string();
        for header in ["Tag,Date,Time,Value", "date,time,pump/flow", "time,Time,x"] {
            assert!(words(header).contains("more than one column"), "{header}");
        }
        for header in [
            "time,pump/flow,Quality",
            "time,pump/flow,status",
            "time,pump/flow,pump/flow.quality",
            "time,pump/flow,pump/flow_Q",
        ] {
            assert!(words(header).contains("quality of samples"), "{header}");
        }
        assert!(layout("time,pump/flow,pump/status,pump/valve_status").is_ok());
    }

    #[test]
    fn a_header_that_says_too_little_is_refused() {
        assert!(
            layout("a,b,c")
                .unwrap_err()
                .to_string()
                .contains("`a`, `b`, `c`")
        );
        assert!(layout("time").is_err());
        assert!(
            layout("time,x,x")
                .unwrap_err()
                .to_string()
                .contains("twice")
        );
    }
}
