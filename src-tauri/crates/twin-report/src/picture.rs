//! What a picture shows.

use twin_core::{Duration, Status, Timestamp};

use crate::Theme;

/// A trend to be drawn: one pane per unit, one below the other, over a common time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPicture {
    /// What the picture is about, such as the asset's name.
    pub title: String,
    /// The zone in which times are written.
    pub zone: Zone,
    /// The traces; those with equal units share a pane.
    pub signals: Vec<Trace>,
    /// Begin.
    pub t0: Timestamp,
    /// End.
    pub t1: Timestamp,
    /// Width, 480 to 4096 px.
    pub width_px: u32,
    /// Height, up to 4096 px and at least 120 px plus 110 px a pane.
    pub height_px: u32,
    /// Alarms that stood, drawn in lanes below the panes; none: there are no lanes.
    pub alarms: Vec<AlarmSpan>,
    /// Light or dark.
    pub theme: Theme,
}

/// An alarm that stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmSpan {
    /// When it was raised.
    pub t0: Timestamp,
    /// When it was over, or the end of the picture.
    pub t1: Timestamp,
    /// Priority, 1 (worst) to 4: its colour.
    pub priority: u8,
}

/// A zone of time: what its clocks show from when on, in order. Without any, UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone(pub Vec<Offset>);

/// What the clocks of a zone show for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// From this instant on; the first one also before it.
    pub from: Timestamp,
    /// As written beside the times: which one it is (`CET`, not `Berlin`).
    pub label: String,
    /// Seconds to add to UTC.
    pub utc_offset_s: i32,
}

impl Zone {
    /// One whose clocks never change.
    pub fn fixed(label: &str, utc_offset_s: i32) -> Self {
        Zone(vec![Offset {
            from: Timestamp::MIN,
            label: label.to_owned(),
            utc_offset_s,
        }])
    }

    /// What its clocks show at `time`: label and seconds to add to UTC.
    pub(crate) fn at(&self, time: Timestamp) -> (&str, i32) {
        let next = self.0.partition_point(|offset| offset.from <= time);
        let offset = self.0.get(next.saturating_sub(1));
        offset.map_or(("UTC", 0), |offset| (&offset.label, offset.utc_offset_s))
    }

    /// The instants within `t0..=t1` from which its clocks show something else.
    pub(crate) fn changes(&self, t0: Timestamp, t1: Timestamp) -> impl Iterator<Item = Timestamp> {
        let all = self.0.iter().skip(1).map(|offset| offset.from);
        all.filter(move |from| *from > t0 && *from <= t1)
    }
}

/// One signal.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Its name.
    pub name: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// Digits after the point, in the numbers beside its name.
    pub decimals: u8,
    /// Its samples, at most about one column per pixel, in order of time. One before `t0` and one after `t1` let the
    /// trace enter and leave the picture.
    pub columns: Vec<Column>,
    /// Where the next column begins more than this after a column's last sample, there is a gap.
    pub gap_after: Duration,
    /// Whether a value holds until the next (set points, states) instead of being joined by a slope.
    pub step: bool,
    /// Its alarm limits.
    pub limits: Vec<Limit>,
    /// The range in which its values normally are, from low to high.
    pub normal: Option<(f64, f64)>,
}

impl Trace {
    /// A trace without samples and limits.
    pub fn new(name: &str, unit: &str, gap_after: Duration) -> Self {
        Trace {
            name: name.to_owned(),
            unit: unit.to_owned(),
            decimals: 1,
            columns: Vec::new(),
            gap_after,
            step: false,
            limits: Vec::new(),
            normal: None,
        }
    }
}

/// The samples of one stretch of time. Minimum and maximum are always drawn, whatever the width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Time of the first sample.
    pub first_time: Timestamp,
    /// Time of the last sample.
    pub last_time: Timestamp,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// First value.
    pub first: f64,
    /// Last value.
    pub last: f64,
    /// Worst quality.
    pub quality: Status,
}

impl Column {
    /// A column of one GOOD sample.
    pub const fn sample(time: Timestamp, value: f64) -> Self {
        Column {
            first_time: time,
            last_time: time,
            min: value,
            max: value,
            first: value,
            last: value,
            quality: Status::Good,
        }
    }

    /// Whether all its numbers are finite; others are not drawn.
    pub(crate) const fn is_finite(&self) -> bool {
        self.min.is_finite()
            && self.max.is_finite()
            && self.first.is_finite()
            && self.last.is_finite()
    }
}

/// An alarm limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Short name, such as `HH`.
    pub label: String,
    /// Where.
    pub value: f64,
    /// On which side the alarm is.
    pub side: Side,
    /// Priority, 1 (worst) to 4: its colour.
    pub priority: u8,
}

/// A side of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Values above are abnormal.
    Above,
    /// Values below are abnormal.
    Below,
}
