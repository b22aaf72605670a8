//! Alarms that stood, below the panes.

use twin_core::Timestamp;

use crate::{
    AlarmSpan, Error,
    canvas::{Align, Area, Canvas, Type, Weight},
    pane::SMALL,
    theme::Palette,
};

/// Alarms that overlap have lanes of their own; what finds none shares the last.
const MOST: usize = 4;
/// Height of a lane and of an alarm in it, px.
const LANE: f64 = 8.0;
const BAR: f64 = 6.0;
/// Room of the lanes with what parts them from the panes, px.
pub const HEIGHT: f64 = 10.0 + LANE * MOST as f64;

/// Draws them into the plot's width at `top`, their name on the left of it.
pub fn draw_lanes(
    canvas: &mut Canvas,
    alarms: &[AlarmSpan],
    (left, right, top): (f64, f64, f64),
    (t0, t1): (Timestamp, Timestamp),
    palette: &Palette,
) -> Result<(), Error> {
    let style = Type {
        size: SMALL,
        weight: Weight::Regular,
        colour: palette.dim,
    };
    canvas.text((left - 8.0, top + 14.0), Align::End, "alarms", style);
    let mut seen: Vec<&AlarmSpan> = alarms
        .iter()
        .filter(|span| span.t1 >= t0 && span.t0 <= t1)
        .collect();
    seen.sort_by_key(|span| (span.priority, span.t0));
    let scale = (right - left) / t1.since(t0).micros().max(1) as f64;
    let x = |time: Timestamp| left + time.clamp(t0, t1).since(t0).micros() as f64 * scale;
    let mut ends: Vec<Timestamp> = Vec::new();
    for span in seen {
        let free = ends.iter().position(|end| *end <= span.t0);
        let lane = free.unwrap_or_else(|| ends.len().min(MOST - 1));
        match ends.get_mut(lane) {
            Some(end) => *end = span.t1.max(*end),
            None => ends.push(span.t1),
        }
        let y = top + 10.0 + lane as f64 * LANE;
        let begin = x(span.t0).min(right - 2.0);
        let area = Area {
            left: begin,
            right: x(span.t1).max(begin + 2.0),
            top: y,
            bottom: y + BAR,
        };
        canvas.fill(area, palette.priority(span.priority), 1.0)?;
    }
    Ok(())
}
