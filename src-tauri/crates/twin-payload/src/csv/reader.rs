//! Lines to rows.

use std::{collections::HashMap, sync::Arc};

use twin_core::Timestamp;

use super::{
    Csv, CsvColumn,
    line::{Raw, Split},
};
use crate::{
    bare,
    convention::Convention,
    json::TimeNames,
    message::Message,
    observations::Cell,
    plain::{self, Shape},
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    stamp::{Stamp, Zone},
};

/// Names of a column that tells the time.
const TIMES: [&str; 6] = ["time", "timestamp", "ts", "datetime", "date_time", "date"];
/// Separators that are looked for when no rule names one; the first is taken when there are as many of another.
const SEPARATORS: [char; 3] = [';', '\t', ','];

/// Reads separated values: as a rule says, or what plainly is a table.
#[derive(Debug, Default)]
pub(crate) struct Separated {
    rule: Option<Csv>,
    /// The columns that header lines named, by topic.
    headers: HashMap<Box<str>, Arc<[CsvColumn]>>,
    /// How many columns are kept of all topics together.
    kept: usize,
    text: String,
    path: String,
}

impl Reader for Separated {
    fn convention(&self) -> Convention {
        Convention::Csv
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        let media = message.content_type.unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim();
        if media.eq_ignore_ascii_case("text/csv") {
            return true;
        }
        self.rule.is_none() && lines(message.payload).is_ok_and(is_table)
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let text = lines(message.payload)?;
        let first = text.lines().next().unwrap_or_default();
        let (separator, decimal) = match &self.rule {
            Some(rule) => (rule.separator, rule.decimal),
            None => (separator(first), '.'),
        };
        if self.rule.is_none() && Split::new(text, separator).nth(1).is_none() {
            // One value, as `offline` between lines of numbers.
            if plain::read(message, TimeNames::GENERIC, context)? == Shape::Bare {
                context.speak(Convention::Bare);
            }
            return Ok(());
        }
        let ruled = self.rule.as_ref().filter(|rule| !rule.columns.is_empty());
        let mut known = self.headers.get(message.topic).cloned();
        let mut header = None;
        let mut values = 0;
        for (number, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let line = Split::new(line, separator);
            let more = text.lines().nth(1).is_some();
            let may_name = more || (known.is_none() && self.rule.is_some());
            if ruled.is_none() && number == 0 && may_name && is_header(line.clone(), decimal) {
                let columns = columns(line, context.limits.address_bytes);
                known = Some(Arc::clone(&columns));
                header = Some(columns);
                continue;
            }
            let count = line.clone().count();
            values += count;
            if values > context.limits.json_values {
                return Err(fault("more values than one message may have"));
            }
            let columns = ruled
                .map(|rule| rule.columns.as_slice())
                .or(known.as_deref());
            match columns {
                Some(columns) if columns.len() != count => {
                    let detail = format!("{count} values where {} were due", columns.len());
                    return Err(fault(detail));
                }
                _ => {}
            }
            let mut row = Row {
                columns,
                decimal,
                text: &mut self.text,
                path: &mut self.path,
            };
            row.read(line, message, context)?;
        }
        if let Some(header) = header {
            self.keep(message.topic, header, context);
        }
        Ok(())
    }
}

impl Separated {
    pub(crate) fn with_rule(rule: Csv) -> Self {
        Separated {
            rule: Some(rule),
            ..Separated::default()
        }
    }

    fn keep(&mut self, topic: &str, header: Arc<[CsvColumn]>, context: &Context<'_>) {
        let before = self.headers.get(topic).map_or(0, |known| known.len());
        let kept = self.kept - before + header.len();
        let known = self.headers.contains_key(topic);
        if kept > context.limits.addresses
            || (!known && self.headers.len() >= context.limits.topics)
        {
            return;
        }
        self.kept = kept;
        if let Some(known) = self.headers.get_mut(topic) {
            *known = header;
        } else {
            self.headers.insert(topic.into(), header);
        }
    }
}

/// How a line becomes rows.
struct Row<'r> {
    columns: Option<&'r [CsvColumn]>,
    decimal: char,
    text: &'r mut String,
    path: &'r mut String,
}

impl Row<'_> {
    fn read(
        &mut self,
        line: Split<'_>,
        message: &Message<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Reject> {
        let time = self.time(line.clone(), context.zone.as_ref());
        let stamp = Stamp::of(time, message);
        for (index, raw) in line.enumerate() {
            let raw = raw.map_err(|_| fault("a quote that does not close"))?;
            self.path.clear();
            match self.columns.and_then(|columns| columns.get(index)) {
                Some(CsvColumn::Skip) => continue,
                Some(CsvColumn::Time) if time.is_some() => continue,
                // A time that is none here, as local time without a zone: it stays what it is.
                Some(CsvColumn::Time) => self.path.push_str("time"),
                Some(CsvColumn::Value(name)) => self.path.push_str(name),
                None => {
                    use std::fmt::Write as _;
                    // Writing to a String cannot fail.
                    let _ = write!(self.path, "{index}");
                }
            }
            if raw.is_empty() {
                continue;
            }
            let cell = match raw.plain(self.decimal) {
                Some(cell) => cell,
                None => Cell::Text(raw.text(self.text)),
            };
            if matches!(cell, Cell::Text(text) if text.len() > context.limits.text_bytes) {
                context.skip_texts(1);
                continue;
            }
            context.row((message.topic, self.path), cell, &stamp)?;
        }
        Ok(())
    }

    fn time(&self, mut line: Split<'_>, zone: Option<&Zone>) -> Option<Timestamp> {
        let columns = self.columns?;
        let place = columns
            .iter()
            .position(|column| *column == CsvColumn::Time)?;
        line.nth(place)?.ok()?.time(self.decimal, zone)
    }
}

/// The payload as text without what may stand around its lines.
fn lines(payload: &[u8]) -> Result<&str, Reject> {
    // For its reasons; it also cuts off separators that are space.
    bare::text(payload)?;
    let text = std::str::from_utf8(payload).unwrap_or_default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.trim_matches(['\r', '\n']))
}

/// The separator that stands most often in a line.
fn separator(line: &str) -> char {
    let count = |separator| Split::new(line, separator).count();
    let mut best = SEPARATORS[0];
    for separator in SEPARATORS {
        if count(separator) > count(best) {
            best = separator;
        }
    }
    best
}

/// Whether a text without a rule is separated values: a header with lines of as many values, or lines of three numbers
/// or more.
fn is_table(text: &str) -> bool {
    let Some(first) = text.lines().next() else {
        return false;
    };
    if first.starts_with(['{', '[', '<']) {
        return false;
    }
    let separator = separator(first);
    let count = Split::new(first, separator).count();
    let header = is_header(Split::new(first, separator), '.');
    let mut data = text
        .lines()
        .skip(usize::from(header))
        .filter(|line| !line.trim().is_empty())
        .map(|line| Split::new(line, separator))
        .peekable();
    if data.peek().is_none() || count < if header { 2 } else { 3 } {
        return false;
    }
    let mut numbers = 0;
    let sound = data.all(|line| {
        let before = numbers;
        let sound = line.clone().all(|raw| {
            raw.is_ok_and(|raw| {
                let number = raw.plain('.').is_some();
                numbers += usize::from(number);
                number || header || raw.is_empty() || raw.time('.', None).is_some()
            })
        });
        sound && (header || numbers > before) && line.count() == count
    });
    sound && numbers > 0
}

/// Whether a line names columns: words, none twice.
fn is_header(line: Split<'_>, decimal: char) -> bool {
    let mut names: Vec<&str> = vec![];
    let mut room = String::new();
    for raw in line.clone() {
        let Ok(raw) = raw else { return false };
        let word = raw.text(&mut room);
        let begins = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let value = raw.plain(decimal).is_some();
        if !begins || value || raw.time(decimal, None).is_some() {
            return false;
        }
    }
    for raw in line {
        names.extend(raw.ok().map(Raw::written));
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() == count
}

/// The columns that a header line names.
fn columns(line: Split<'_>, longest: usize) -> Arc<[CsvColumn]> {
    let mut room = String::new();
    line.filter_map(Result::ok)
        .map(|raw| {
            let name = raw.text(&mut room);
            if TIMES.iter().any(|time| name.eq_ignore_ascii_case(time)) {
                return CsvColumn::Time;
            }
            if name.len() > longest {
                return CsvColumn::Skip;
            }
            let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            let name: String = name.chars().map(clean).collect();
            CsvColumn::Value(name.into())
        })
        .collect()
}

fn fault(detail: impl Into<String>) -> Reject {
    Reject::new(RejectKind::Csv, detail)
}
