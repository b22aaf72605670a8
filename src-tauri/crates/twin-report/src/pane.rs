//! One pane: the traces of one unit over one value axis.

use twin_core::{Status, Timestamp};

use crate::{
    Column, Error, Limit, Side, Trace,
    axis::{Tick, number, value_ticks},
    canvas::{Align, Area, Canvas, Type, Weight},
    theme::{Palette, Rgb},
};

/// Height of the line of names above a plot, px.
const HEAD: f64 = 26.0;
/// Strength of the grey of the normal range.
const NORMAL: f64 = 0.07;
/// Strength of the greys of ranges beyond limits, by priority.
const BEYOND: [f64; 4] = [0.26, 0.2, 0.15, 0.11];
/// Size of small type, px.
pub const SMALL: f64 = 12.0;

/// A pane and where it goes.
pub struct Pane<'a> {
    /// Traces and their colours.
    pub traces: Vec<(&'a Trace, Rgb)>,
    /// The pane with its names; the plot lies below them.
    pub area: Area,
    pub t0: Timestamp,
    pub t1: Timestamp,
    pub palette: &'a Palette,
}

/// Values to pixels.
struct Scale {
    plot: Area,
    low: f64,
    high: f64,
    t0: Timestamp,
    span: f64,
}

impl Scale {
    /// Pixels of an instant; may lie outside the plot.
    fn x(&self, time: Timestamp) -> f64 {
        self.plot.left
            + time.since(self.t0).micros() as f64 / self.span * (self.plot.right - self.plot.left)
    }

    /// Pixels of a value, kept inside the plot.
    fn y(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.plot.bottom - share.clamp(0.0, 1.0) * (self.plot.bottom - self.plot.top)
    }

    fn clip_x(&self, x: f64) -> f64 {
        x.clamp(self.plot.left, self.plot.right)
    }

    fn shows(&self, value: f64) -> bool {
        value >= self.low && value <= self.high
    }
}

impl Pane<'_> {
    /// Draws it; `ticks` are the common time axis'.
    pub fn draw(&self, canvas: &mut Canvas, ticks: &[Tick<Timestamp>]) -> Result<(), Error> {
        let plot = Area {
            top: self.area.top + HEAD,
            ..self.area
        };
        let (low, high) = self.range();
        let scale = Scale {
            plot,
            low,
            high,
            t0: self.t0,
            span: self.t1.since(self.t0).micros().max(1) as f64,
        };
        canvas.fill(plot, self.palette.plot, 1.0)?;
        self.draw_beyond(canvas, &scale)?;
        self.draw_bad(canvas, &scale)?;
        self.draw_grid(canvas, &scale, ticks)?;
        for (trace, colour) in self.traces.iter().rev() {
            draw_trace(canvas, &scale, trace, *colour)?;
        }
        self.draw_limits(canvas, &scale)?;
        self.draw_head(canvas);
        Ok(())
    }

    /// Columns that reach into the picture.
    fn columns<'t>(&self, trace: &'t Trace) -> impl Iterator<Item = &'t Column> + use<'t> {
        let (t0, t1) = (self.t0, self.t1);
        trace
            .columns
            .iter()
            .filter(move |c| c.is_finite() && c.last_time >= t0 && c.first_time <= t1)
    }

    fn limits(&self) -> impl Iterator<Item = &Limit> {
        self.traces
            .iter()
            .flat_map(|(trace, _)| &trace.limits)
            .filter(|limit| limit.value.is_finite())
    }

    /// Range of the value axis: all that is shown, and those limits that do not press it into a third of the height.
    fn range(&self) -> (f64, f64) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for column in self
            .traces
            .iter()
            .flat_map(|(trace, _)| self.columns(trace))
        {
            low = low.min(column.min);
            high = high.max(column.max);
        }
        if low > high {
            // Nothing to show: the limits alone, or an axis from 0 to 1.
            for limit in self.limits() {
                low = low.min(limit.value);
                high = high.max(limit.value);
            }
            if low > high {
                return (0.0, 1.0);
            }
        }
        let least = (low.abs().max(high.abs()) * 0.02).max(1e-9);
        let room = (high - low).max(least) * 3.0;
        for limit in self.limits() {
            let (l, h) = (low.min(limit.value), high.max(limit.value));
            if h - l <= room {
                (low, high) = (l, h);
            }
        }
        let pad = ((high - low) * 0.08).max(least / 10.0);
        // Halves, so that the ends of the number range do not overflow into infinity.
        let (low, high) = (low - pad, high + pad);
        if (high - low).is_finite() {
            (low, high)
        } else {
            (f64::MIN / 4.0, f64::MAX / 4.0)
        }
    }

    fn draw_grid(
        &self,
        canvas: &mut Canvas,
        scale: &Scale,
        ticks: &[Tick<Timestamp>],
    ) -> Result<(), Error> {
        let plot = scale.plot;
        let style = Type {
            size: SMALL,
            weight: Weight::Regular,
            colour: self.palette.dim,
        };
        let wanted = ((plot.bottom - plot.top) / 44.0).clamp(2.0, 8.0) as usize;
        let mut areas = Vec::new();
        for tick in value_ticks(scale.low, scale.high, wanted) {
            let y = scale.y(tick.at).round();
            areas.push(Area {
                top: y,
                bottom: y + 1.0,
                ..plot
            });
            canvas.text((plot.left - 8.0, y + 0.5), Align::End, &tick.label, style);
        }
        for tick in ticks {
            let x = scale.x(tick.at).round();
            areas.push(Area {
                left: x,
                right: x + 1.0,
                ..plot
            });
        }
        canvas.fill_all(&areas, self.palette.line, 1.0)
    }

    /// The normal range and the ranges beyond limits, of the first trace that has any: greys, the deeper the more urgent.
    fn draw_beyond(&self, canvas: &mut Canvas, scale: &Scale) -> Result<(), Error> {
        let known = |trace: &&Trace| trace.normal.is_some() || !trace.limits.is_empty();
        let Some(trace) = self.traces.iter().map(|(trace, _)| *trace).find(known) else {
            return Ok(());
        };
        if let Some((low, high)) = trace.normal {
            self.shade(canvas, scale, (low, high), NORMAL)?;
        }
        for (low, high, priority) in zones(&trace.limits) {
            let strength = BEYOND[usize::from(priority.clamp(1, 4)) - 1];
            self.shade(canvas, scale, (low, high), strength)?;
        }
        Ok(())
    }

    fn shade(
        &self,
        canvas: &mut Canvas,
        scale: &Scale,
        (low, high): (f64, f64),
        strength: f64,
    ) -> Result<(), Error> {
        let (top, bottom) = (scale.y(high), scale.y(low));
        // Also what is no number is not drawn.
        if bottom - top < 0.5 || (bottom - top).is_nan() {
            return Ok(());
        }
        let area = Area {
            top,
            bottom,
            ..scale.plot
        };
        canvas.fill(area, self.palette.dim, strength)
    }

    /// Hatching where a trace is not GOOD.
    fn draw_bad(&self, canvas: &mut Canvas, scale: &Scale) -> Result<(), Error> {
        for (trace, _) in &self.traces {
            let mut spans: Vec<(f64, f64, Status)> = Vec::new();
            let mut columns = self.columns(trace).peekable();
            while let Some(column) = columns.next() {
                if column.quality == Status::Good {
                    continue;
                }
                // Up to the next column, so that a run of bad samples is one span; across a gap only the sample itself.
                let end = columns
                    .peek()
                    .filter(|next| next.first_time.since(column.last_time) <= trace.gap_after)
                    .map_or(column.last_time, |next| next.first_time);
                let (left, right) = (
                    scale.clip_x(scale.x(column.first_time)),
                    scale.clip_x(scale.x(end)),
                );
                match spans.last_mut() {
                    Some(span) if left <= span.1 + 0.5 => {
                        span.1 = right.max(span.1);
                        span.2 = span.2.max(column.quality);
                    }
                    _ => spans.push((left, right, column.quality)),
                }
            }
            for (left, right, worst) in spans {
                let area = Area {
                    left,
                    right: right.max(left + 1.0),
                    ..scale.plot
                };
                canvas.hatch(area, self.palette.hatch)?;
                self.name_bad(canvas, area, worst);
            }
        }
        Ok(())
    }

    fn name_bad(&self, canvas: &mut Canvas, area: Area, worst: Status) {
        let name = if worst == Status::Bad {
            "bad quality"
        } else {
            "uncertain"
        };
        let style = Type {
            size: SMALL,
            weight: Weight::Regular,
            colour: self.palette.text,
        };
        if canvas.width_of(name, style) + 8.0 <= area.right - area.left {
            canvas.text(
                (area.left + 5.0, area.bottom - 11.0),
                Align::Start,
                name,
                style,
            );
        }
    }

    fn draw_limits(&self, canvas: &mut Canvas, scale: &Scale) -> Result<(), Error> {
        for (trace, _) in &self.traces {
            for limit in trace
                .limits
                .iter()
                .filter(|limit| limit.value.is_finite() && scale.shows(limit.value))
            {
                let colour = self.palette.priority(limit.priority);
                let y = scale.y(limit.value).round() + 0.5;
                canvas.dashes(scale.plot, y, colour)?;
                // On the side away from the trace where there is room for it.
                let above = match limit.side {
                    Side::Above => y - scale.plot.top >= 16.0,
                    Side::Below => scale.plot.bottom - y < 16.0,
                };
                let text = format!(
                    "{} {} {}",
                    limit.label,
                    number(limit.value, usize::from(trace.decimals)),
                    trace.unit
                );
                let style = Type {
                    size: SMALL,
                    weight: Weight::Regular,
                    // On the grey beyond it, the colour of the line would be too faint to be read.
                    colour: self.palette.text,
                };
                let y = if above { y - 8.5 } else { y + 9.5 };
                canvas.text(
                    (scale.plot.left + 6.0, y),
                    Align::Start,
                    text.trim_end(),
                    style,
                );
            }
        }
        Ok(())
    }

    /// Names and units on the left, extremes on the right when one trace has the pane for itself.
    fn draw_head(&self, canvas: &mut Canvas) {
        let y = self.area.top + HEAD / 2.0 - 1.0;
        let dim = Type {
            size: SMALL,
            weight: Weight::Regular,
            colour: self.palette.dim,
        };
        let mut end = self.area.right;
        if let [(trace, _)] = self.traces.as_slice() {
            let summary = self.summary(trace);
            canvas.text((end, y), Align::End, &summary, dim);
            end -= canvas.width_of(&summary, dim) + 16.0;
        }
        let mut x = self.area.left;
        for (trace, colour) in &self.traces {
            let square = Area {
                left: x,
                top: y - 5.0,
                right: x + 10.0,
                bottom: y + 5.0,
            };
            let name = Type {
                size: 13.0,
                weight: Weight::Regular,
                colour: self.palette.text,
            };
            let text = canvas.fitted(&trace.name, name, end - x - 16.0);
            // A square that fails to draw would fail every other shape too, and has been reported by them.
            if text.is_empty() || canvas.fill(square, *colour, 1.0).is_err() {
                return;
            }
            canvas.text((x + 16.0, y), Align::Start, &text, name);
            x += 16.0 + canvas.width_of(&text, name) + 5.0;
            let unit = canvas.fitted(&trace.unit, dim, end - x);
            canvas.text((x, y), Align::Start, &unit, dim);
            x += canvas.width_of(&unit, dim) + 18.0;
        }
    }

    fn summary(&self, trace: &Trace) -> String {
        let inside = |c: &&Column| c.first_time >= self.t0 && c.last_time <= self.t1;
        let shown: Vec<&Column> = self.columns(trace).filter(inside).collect();
        let Some(last) = shown.last() else {
            return "no samples".to_owned();
        };
        let min = shown.iter().map(|c| c.min).fold(f64::INFINITY, f64::min);
        let max = shown
            .iter()
            .map(|c| c.max)
            .fold(f64::NEG_INFINITY, f64::max);
        let text = |v: f64| number(v, usize::from(trace.decimals));
        format!(
            "min {} · max {} · last {}",
            text(min),
            text(max),
            text(last.last)
        )
    }
}

/// The ranges beyond limits, one beside the other: each from a limit to the next one further out, as urgent as the most urgent
/// limit that a value there has passed; the last ones have no end.
fn zones(limits: &[Limit]) -> Vec<(f64, f64, u8)> {
    let mut zones = Vec::new();
    for side in [Side::Above, Side::Below] {
        let finite = limits.iter().filter(|limit| limit.value.is_finite());
        let mut outwards: Vec<&Limit> = finite.filter(|limit| limit.side == side).collect();
        outwards.sort_by(|a, b| a.value.total_cmp(&b.value));
        if side == Side::Below {
            outwards.reverse();
        }
        let mut worst = u8::MAX;
        for (number, limit) in outwards.iter().enumerate() {
            worst = worst.min(limit.priority);
            let next = outwards.get(number + 1).map(|next| next.value);
            zones.push(match side {
                Side::Above => (limit.value, next.unwrap_or(f64::INFINITY), worst),
                Side::Below => (next.unwrap_or(f64::NEG_INFINITY), limit.value, worst),
            });
        }
    }
    zones
}

/// The band from minimum to maximum of each column, and the line through first and last values.
fn draw_trace(canvas: &mut Canvas, scale: &Scale, trace: &Trace, colour: Rgb) -> Result<(), Error> {
    let mut bands = Vec::new();
    let mut lines: Vec<[(f64, f64); 2]> = Vec::new();
    let mut before: Option<&Column> = None;
    for column in trace.columns.iter().filter(|c| c.is_finite()) {
        let joined = before.filter(|b| column.first_time.since(b.last_time) <= trace.gap_after);
        if let Some(before) = joined {
            let (from, to) = (
                (before.last_time, before.last),
                (column.first_time, column.first),
            );
            if trace.step {
                push_clipped(scale, from, (to.0, from.1), &mut lines);
                push_clipped(scale, (to.0, from.1), to, &mut lines);
            } else {
                push_clipped(scale, from, to, &mut lines);
            }
        }
        let (left, right) = (scale.x(column.first_time), scale.x(column.last_time));
        if right >= scale.plot.left && left <= scale.plot.right {
            let (left, right) = (scale.clip_x(left), scale.clip_x(right));
            // At least a pixel each way: a single sample and a single spike are seen.
            let (right, top) = (right.max(left + 1.0), scale.y(column.max) - 0.5);
            bands.push(Area {
                left,
                top,
                right,
                bottom: scale.y(column.min).max(top + 0.5) + 0.5,
            });
            let inner = [
                (column.first_time, column.first),
                (column.last_time, column.last),
            ];
            // With more than two values in it, a slope from first to last would be an invention; the band tells it all.
            let two = column.min == column.first.min(column.last)
                && column.max == column.first.max(column.last);
            if two && !trace.step {
                push_clipped(scale, inner[0], inner[1], &mut lines);
            }
        }
        before = Some(column);
    }
    canvas.fill_all(&bands, colour, 0.55)?;
    canvas.lines(&lines, colour, 1.5)
}

type Point = (Timestamp, f64);

/// Adds the part of a line that lies inside the picture's time.
fn push_clipped(scale: &Scale, from: Point, to: Point, lines: &mut Vec<[(f64, f64); 2]>) {
    let (x0, x1) = (scale.x(from.0), scale.x(to.0));
    let (left, right) = (x0.max(scale.plot.left), x1.min(scale.plot.right));
    if left > right {
        return;
    }
    let value = |x: f64| {
        if x1 > x0 {
            from.1 + (to.1 - from.1) * ((x - x0) / (x1 - x0))
        } else {
            from.1
        }
    };
    let end = if x1 > x0 { value(right) } else { to.1 };
    lines.push([(left, scale.y(value(left))), (right, scale.y(end))]);
}
