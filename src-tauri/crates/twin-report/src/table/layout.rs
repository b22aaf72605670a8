//! What the columns of a file mean, by their names.

use std::sync::Arc;

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
    /// [`Error::Header`] when it names no time, no signal, or a column twice.
    pub fn of(names: &[String]) -> Result<Layout, Error> {
        let header = |what: String| Err(Error::Header(what));
        let find = |aliases: &[&str]| {
            let is = |name: &String| {
                let name = name.trim();
                aliases.iter().any(|alias| name.eq_ignore_ascii_case(alias))
            };
            names.iter().position(is)
        };
        let Some(time) = find(TIME) else {
            return header(format!(
                "the first line names no column for the time, only {}: call it `time`",
                listed(names)
            ));
        };
        let typed = ["number", "integer", "bool", "text"].map(|name| find(&[name]));
        let value = find(VALUE);
        if let Some(signal) = find(SIGNAL).filter(|_| value.is_some() || typed[0].is_some()) {
            return Ok(Layout::Long(Long {
                signal,
                time,
                value,
                received: find(RECEIVED),
                kind: find(KIND),
                status: find(STATUS),
                reason: find(REASON),
                typed: if value.is_some() { [None; 4] } else { typed },
            }));
        }
        let mut signals: Vec<(usize, Arc<str>)> = Vec::with_capacity(names.len());
        let mut seen = std::collections::HashSet::new();
        for (column, name) in names.iter().enumerate() {
            let name = name.trim();
            if column == time || name.is_empty() {
                continue;
            }
            if !seen.insert(name) {
                return header(format!("the first line names the column `{name}` twice"));
            }
            signals.push((column, name.into()));
        }
        if signals.is_empty() {
            return header(
                "there is a column for the time, but none for a signal: give columns `signal`, `time` and `value`, or \
                 one column a signal"
                    .to_owned(),
            );
        }
        Ok(Layout::Wide { time, signals })
    }
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
