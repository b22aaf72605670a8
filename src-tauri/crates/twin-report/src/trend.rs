//! The whole picture: title, panes, time axis.

use crate::{
    Error, Trace, TrendPicture,
    axis::{range_label, time_ticks},
    canvas::{Align, Area, Canvas, Type, Weight},
    lanes::{self, draw_lanes},
    pane::{Pane, SMALL},
};

const LEAST_WIDTH: u32 = 480;
const MOST: u32 = 4_096;
const MARGIN: f64 = 20.0;
/// Height of the title line, px.
const TITLE: f64 = 40.0;
/// Height of the time axis, px.
const AXIS: f64 = 26.0;
/// Space between panes, px.
const BETWEEN: f64 = 10.0;
/// Width of the value axis, px.
const VALUES: f64 = 56.0;
/// Least height of a pane, px; `LEAST_REST` is all the rest.
const LEAST_PANE: u32 = 110;
const LEAST_REST: u32 = 120;
/// Two hundred years: beyond it a trend says nothing, and differences of times stay inside 64 bits.
const LONGEST_US: i64 = 200 * 366 * 86_400 * 1_000_000;

/// Draws a trend as a PNG picture. Equal pictures give equal bytes.
///
/// # Errors
/// [`Error::Size`] for a picture too small for its panes or too large, [`Error::Range`] for an end that is not after the
/// begin; [`Error::Font`], [`Error::Draw`] and [`Error::Encode`] do not happen with sound assets.
pub fn trend_picture(picture: &TrendPicture) -> Result<Vec<u8>, Error> {
    let (t0, t1) = (picture.t0, picture.t1);
    let span = t1.micros().checked_sub(t0.micros()).unwrap_or(-1);
    if !(1..=LONGEST_US).contains(&span) {
        return Err(Error::Range);
    }
    let groups = by_unit(&picture.signals);
    check_size(picture, groups.len())?;

    let palette = picture.theme.palette();
    let (width, height) = (f64::from(picture.width_px), f64::from(picture.height_px));
    let mut canvas = Canvas::new(picture.width_px, picture.height_px, palette.background)?;
    let (left, right) = (MARGIN + VALUES, width - MARGIN);
    draw_title(&mut canvas, picture, right);

    let ticks = time_ticks(t0, t1, &picture.zone, ((right - left) / 90.0) as usize);
    let axis = height - MARGIN / 2.0 - AXIS;
    let lanes = if picture.alarms.is_empty() {
        0.0
    } else {
        lanes::HEIGHT
    };
    let (top, bottom) = (MARGIN / 2.0 + TITLE, axis - lanes);
    let each = (bottom - top + BETWEEN) / groups.len() as f64;
    for (index, traces) in groups.iter().enumerate() {
        let area_top = (top + each * index as f64).round();
        let area = Area {
            left,
            right,
            top: area_top,
            bottom: (area_top + each - BETWEEN).round().min(bottom),
        };
        let traces = traces
            .iter()
            .copied()
            .zip(palette.traces.into_iter().cycle())
            .collect();
        Pane {
            traces,
            area,
            t0,
            t1,
            palette,
        }
        .draw(&mut canvas, &ticks)?;
    }
    if lanes > 0.0 {
        let place = (left, right, bottom);
        draw_lanes(&mut canvas, &picture.alarms, place, (t0, t1), palette)?;
    }
    let small = Type {
        size: SMALL,
        weight: Weight::Regular,
        colour: palette.dim,
    };
    let middle = axis + 15.0;
    for tick in &ticks {
        let x = left + tick.at.since(t0).micros() as f64 / span as f64 * (right - left);
        let half = canvas.width_of(&tick.label, small) / 2.0;
        // The last label may lean into the margin, not out of the picture.
        let x = x.min(right + MARGIN - 4.0 - half);
        canvas.text((x, middle), Align::Middle, &tick.label, small);
    }
    canvas.into_png()
}

/// Title on the left, range and zone on the right.
fn draw_title(canvas: &mut Canvas, picture: &TrendPicture, right: f64) {
    let palette = picture.theme.palette();
    let dim = Type {
        size: 13.0,
        weight: Weight::Regular,
        colour: palette.dim,
    };
    let title = Type {
        size: 18.0,
        weight: Weight::SemiBold,
        colour: palette.text,
    };
    let middle = MARGIN + 8.0;
    let when = range_label(picture.t0, picture.t1, &picture.zone);
    let when = canvas.fitted(&when, dim, right - MARGIN);
    canvas.text((right, middle), Align::End, &when, dim);
    let room = right - MARGIN - canvas.width_of(&when, dim) - 24.0;
    let shown = canvas.fitted(&picture.title, title, room);
    canvas.text((MARGIN, middle), Align::Start, &shown, title);
}

/// Traces grouped by unit, in the order in which the units first occur. At least one group, so that an empty picture
/// still has its axes.
fn by_unit(signals: &[Trace]) -> Vec<Vec<&Trace>> {
    let mut groups: Vec<Vec<&Trace>> = Vec::new();
    for trace in signals {
        match groups
            .iter_mut()
            .find(|group| group.iter().any(|other| other.unit == trace.unit))
        {
            Some(group) => group.push(trace),
            None => groups.push(vec![trace]),
        }
    }
    if groups.is_empty() {
        groups.push(Vec::new());
    }
    groups
}

fn check_size(picture: &TrendPicture, panes: usize) -> Result<(), Error> {
    let (width, height) = (picture.width_px, picture.height_px);
    let least_height = u32::try_from(panes)
        .unwrap_or(u32::MAX)
        .saturating_mul(LEAST_PANE)
        .saturating_add(LEAST_REST);
    if (LEAST_WIDTH..=MOST).contains(&width) && (least_height..=MOST).contains(&height) {
        return Ok(());
    }
    Err(Error::Size {
        width,
        height,
        least_width: LEAST_WIDTH,
        least_height,
        most: MOST,
    })
}
