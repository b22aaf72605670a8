//! Pictures, looked at pixel by pixel.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Cursor;

use proptest::prelude::*;
use twin_core::{Duration, Status, Timestamp};
use twin_report::{
    AlarmSpan, Column, Error, Limit, Side, Theme, Trace, TrendPicture, Zone, trend_picture,
};

const T0: i64 = 1_795_351_200; // 2026-11-22T12:40:00Z
const WIDTH: u32 = 1_200;

fn at(second: f64) -> Timestamp {
    Timestamp(T0 * 1_000_000 + (second * 1e6) as i64)
}

fn picture(signals: Vec<Trace>) -> TrendPicture {
    TrendPicture {
        title: "Pump 2".to_owned(),
        zone: Zone::fixed("CET", 3_600),
        alarms: Vec::new(),
        signals,
        t0: at(0.0),
        t1: at(3_600.0),
        width_px: WIDTH,
        height_px: 640,
        theme: Theme::Light,
    }
}

/// A trace of one column every `every` seconds.
fn trace(name: &str, unit: &str, every: f64, value: impl Fn(f64) -> f64) -> Trace {
    let mut trace = Trace::new(name, unit, Duration::from_secs(10));
    let count = (3_600.0 / every) as usize;
    trace.columns = (0..=count)
        .map(|i| i as f64 * every)
        .map(|s| Column::sample(at(s), value(s)))
        .collect();
    trace
}

struct Pixels {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Pixels {
    fn of(png: &[u8]) -> Self {
        let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Pixels {
            width: info.width as usize,
            height: info.height as usize,
            rgb,
        }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    fn darkest(&self, x: usize, rows: std::ops::Range<usize>) -> u8 {
        rows.map(|y| self.at(x, y)[1]).min().unwrap()
    }
}

/// Column of pixels of an instant: the plot lies between 76 and 1180.
fn x_of(second: f64) -> usize {
    (76.0 + second / 3_600.0 * 1_104.0) as usize
}

/// Rows of the plot of a picture with one pane, without the line of names and the axis.
const PLOT: std::ops::Range<usize> = 80..600;

#[test]
fn the_size_is_as_asked_and_the_bytes_repeat() {
    let picture = picture(vec![trace("Flow", "m³/h", 10.0, |s| 400.0 + s / 100.0)]);
    let png = trend_picture(&picture).unwrap();
    let pixels = Pixels::of(&png);
    assert_eq!((pixels.width, pixels.height), (1_200, 640));
    assert_eq!(png, trend_picture(&picture).unwrap());
}

#[test]
fn one_spike_in_a_column_of_many_samples_is_seen() {
    let mut flow = trace("Flow", "m³/h", 3.6, |s| 400.0 + (s / 300.0).sin());
    flow.columns[500].max = 480.0; // one pixel wide, far above
    let pixels = Pixels::of(&trend_picture(&picture(vec![flow])).unwrap());
    let spike = x_of(500.0 * 3.6);
    let reaches = |x: usize| (140..500).all(|y| (x - 1..=x + 2).any(|x| pixels.at(x, y)[1] < 0xc0));
    assert!(reaches(spike), "the band runs from the trace to the top");
    assert!(!reaches(spike + 12), "and nowhere else");
}

#[test]
fn a_gap_stays_empty_and_slopes_do_not() {
    let mut flow = trace("Flow", "m³/h", 5.0, |s| 400.0 + (s / 300.0).sin());
    flow.columns
        .retain(|c| !(at(1_210.0)..at(1_740.0)).contains(&c.first_time));
    let pixels = Pixels::of(&trend_picture(&picture(vec![flow.clone()])).unwrap());
    let empty = (x_of(1_220.0)..x_of(1_730.0)).all(|x| {
        let grid = pixels.at(x, PLOT.start)[1];
        pixels.darkest(x, PLOT) >= grid.min(0xd0)
    });
    assert!(empty, "nothing is drawn where nothing was measured");
    assert!(
        pixels.darkest(x_of(600.0), PLOT) < 0x60,
        "the trace is drawn where something was"
    );

    flow.gap_after = Duration::from_secs(1_000);
    let joined = Pixels::of(&trend_picture(&picture(vec![flow])).unwrap());
    assert!(
        (x_of(1_220.0)..x_of(1_730.0)).all(|x| joined.darkest(x, PLOT) < 0x90),
        "within its stale time it is joined"
    );
}

#[test]
fn limits_have_the_colour_of_their_priority() {
    let mut vibration = trace("Drive-end vibration", "mm/s", 5.0, |s| 2.0 + s / 900.0);
    vibration.limits.push(Limit {
        label: "H".into(),
        value: 4.5,
        side: Side::Above,
        priority: 2,
    });
    let with = Pixels::of(&trend_picture(&picture(vec![vibration.clone()])).unwrap());
    let orange = |pixels: &Pixels| {
        pixels
            .rgb
            .chunks(3)
            .filter(|p| *p == [0xa8, 0x55, 0x00])
            .count()
    };
    assert!(orange(&with) > 500, "{}", orange(&with));
    vibration.limits.clear();
    let without = Pixels::of(&trend_picture(&picture(vec![vibration])).unwrap());
    assert_eq!(orange(&without), 0);
}

#[test]
fn ranges_beyond_limits_are_greys_the_deeper_the_more_urgent_and_the_normal_range_is_seen() {
    let limit = |value, side, priority| Limit {
        label: String::new(),
        value,
        side,
        priority,
    };
    let mut level = trace("Level", "m", 5.0, |s| 2.0 + s / 600.0);
    level.limits = vec![
        limit(7.0, Side::Above, 1),
        limit(5.5, Side::Above, 3),
        limit(3.0, Side::Below, 4),
        limit(2.2, Side::Below, 2),
    ];
    level.normal = Some((3.5, 4.5));
    let pixels = Pixels::of(&trend_picture(&picture(vec![level])).unwrap());
    // The axis goes from 1.52 to 8.48 over the rows 76 to 604, by 8 % around 2 to 8.
    let at = |second: f64, value: f64| {
        let row = 604.0 - (value - 1.52) / 6.96 * 528.0;
        pixels.at(x_of(second), row as usize)
    };
    let greys: Vec<[u8; 3]> = [
        at(2_950.0, 4.8),
        at(2_950.0, 3.7),
        at(2_950.0, 2.7),
        at(950.0, 6.3),
        at(2_950.0, 1.8),
        at(950.0, 7.7),
    ]
    .to_vec();
    for pair in greys.windows(2) {
        assert!(pair[0][1] > pair[1][1], "{greys:?}");
    }
    for [red, green, blue] in greys {
        assert!(
            red.abs_diff(green) < 12 && green.abs_diff(blue) < 12,
            "a grey"
        );
    }
}

#[test]
fn alarms_stand_below_the_panes_in_the_colour_of_their_priority() {
    let mut with = picture(vec![trace("Flow", "m³/h", 5.0, |_| 400.0)]);
    let span = |from: f64, to: f64, priority| AlarmSpan {
        t0: at(from),
        t1: at(to),
        priority,
    };
    with.alarms = vec![
        span(600.0, 1_200.0, 3),
        span(900.0, 9_999.0, 1),
        span(-500.0, -100.0, 1),
        span(900.0, 900.0, 2),
    ];
    let pixels = Pixels::of(&trend_picture(&with).unwrap());
    let columns = |colour: [u8; 3]| {
        let all = (0..1_200).filter(|x| (560..610).any(|y| pixels.at(*x, y) == colour));
        let all: Vec<usize> = all.collect();
        (all.first().copied(), all.len())
    };
    let (begin, width) = columns([0xc8, 0x17, 0x1d]);
    assert!(begin.unwrap().abs_diff(x_of(900.0)) <= 1);
    assert!(width.abs_diff(x_of(3_600.0) - x_of(900.0)) <= 2, "{width}");
    let (begin, width) = columns([0x7a, 0x63, 0x00]);
    assert!(begin.unwrap().abs_diff(x_of(600.0)) <= 1);
    assert!(width.abs_diff(x_of(1_200.0) - x_of(600.0)) <= 2, "{width}");
    // One that was over at once is seen, too.
    assert!(columns([0xa8, 0x55, 0x00]).1 >= 1);
}

#[test]
fn bad_quality_is_hatched() {
    let mut flow = trace("Flow", "m³/h", 5.0, |_| 400.0);
    let plain = Pixels::of(&trend_picture(&picture(vec![flow.clone()])).unwrap());
    for column in &mut flow.columns[200..300] {
        column.quality = Status::Bad;
    }
    let hatched = Pixels::of(&trend_picture(&picture(vec![flow])).unwrap());
    let differing = |from: f64, to: f64| {
        (x_of(from)..x_of(to))
            .filter(|x| PLOT.clone().any(|y| plain.at(*x, y) != hatched.at(*x, y)))
            .count()
    };
    assert!(differing(1_010.0, 1_490.0) > 140);
    assert_eq!(differing(0.0, 980.0) + differing(1_520.0, 3_590.0), 0);
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let mut small = picture(vec![
        trace("a", "bar", 60.0, |s| s),
        trace("b", "°C", 60.0, |s| s),
    ]);
    small.height_px = 200;
    let fault = trend_picture(&small).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "a picture of 1200 x 200 px cannot be drawn: ask for 480 x 340 to 4096 x 4096 px"
    );
    let mut backwards = picture(Vec::new());
    backwards.t1 = backwards.t0;
    assert_eq!(trend_picture(&backwards), Err(Error::Range));
}

#[test]
fn an_empty_picture_still_has_its_axes() {
    assert!(trend_picture(&picture(Vec::new())).is_ok());
    assert!(trend_picture(&picture(vec![Trace::new("Flow", "m³/h", Duration::ZERO)])).is_ok());
}

fn any_column() -> impl Strategy<Value = Column> {
    let value = prop_oneof![4 => -1e3..1e3f64, 1 => any::<f64>()];
    (
        any::<i64>(),
        0..1_000_000i64,
        [value.clone(), value.clone(), value.clone(), value],
        0..3u8,
    )
        .prop_map(|(t, d, v, q)| Column {
            first_time: Timestamp(t),
            last_time: Timestamp(t.saturating_add(d)),
            min: v[0],
            max: v[1],
            first: v[2],
            last: v[3],
            quality: [Status::Good, Status::Uncertain, Status::Bad][usize::from(q)],
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn nothing_makes_it_panic(columns in proptest::collection::vec(any_column(), 0..20), limit in any::<f64>(), name in ".{0,40}") {
        let mut trace = Trace::new(&name, &name, Duration(i64::MAX));
        trace.columns = columns;
        trace.limits.push(Limit { label: name, value: limit, side: Side::Below, priority: 9 });
        let mut picture = picture(vec![trace]);
        (picture.width_px, picture.height_px) = (480, 240);
        prop_assert!(trend_picture(&picture).is_ok());
    }
}

fn noise(s: f64, k: f64) -> f64 {
    ((s * 12.9898 + k * 78.233).sin() * 43_758.547).fract()
}

/// A worn bearing, a speed that follows demand, a link that was down and a sensor that was frozen.
fn bearing_fault(theme: Theme) -> TrendPicture {
    let rise = |s: f64| ((s - 2_000.0) / 500.0).max(0.0).powf(1.4);
    let wide = |s: f64, v: f64, d: f64, k: f64| Column {
        first_time: at(s),
        last_time: at(s + 3.0),
        min: v - d * (0.6 + noise(s, k).abs()),
        max: v + d * (0.6 + noise(s, k + 1.0).abs()),
        first: v + d * noise(s, k + 2.0) * 0.5,
        last: v + d * noise(s, k + 3.0) * 0.5,
        quality: Status::Good,
    };
    let columns = |value: &dyn Fn(f64) -> Column| {
        (0..1_000)
            .map(|i| f64::from(i) * 3.6)
            .filter(|s| !(1_100.0..1_250.0).contains(s))
            .map(value)
            .collect()
    };
    let mut de = Trace::new("Drive-end vibration", "mm/s", Duration::from_secs(10));
    de.columns = columns(&|s| wide(s, 2.1 + 0.1 * (s / 200.0).sin() + rise(s), 0.18, 1.0));
    de.limits = vec![
        Limit {
            label: "H".into(),
            value: 4.5,
            side: Side::Above,
            priority: 2,
        },
        Limit {
            label: "HH".into(),
            value: 7.1,
            side: Side::Above,
            priority: 1,
        },
    ];
    let mut nde = Trace::new("Non-drive-end vibration", "mm/s", Duration::from_secs(10));
    nde.columns = columns(&|s| wide(s, 1.5 + 0.1 * (s / 200.0).sin() + 0.3 * rise(s), 0.15, 9.0));
    let mut speed = Trace::new("Speed", "rpm", Duration::from_secs(10));
    speed.columns = columns(&|s| wide(s, 1_430.0 + 30.0 * (s / 500.0).sin(), 3.0, 20.0));
    speed.decimals = 0;
    let mut setpoint = Trace::new("Speed set point", "rpm", Duration::from_secs(4_000));
    setpoint.step = true;
    setpoint.columns = (0..6)
        .map(|i| Column::sample(at(f64::from(i) * 700.0), 1_420.0 + f64::from(i % 3) * 20.0))
        .collect();
    let mut temperature = Trace::new("Bearing temperature", "°C", Duration::from_secs(10));
    temperature.columns = columns(&|s| {
        wide(
            s,
            59.0 + 4.0 * rise((s - 300.0).max(0.0)) + 0.4 * (s / 300.0).cos(),
            0.15,
            40.0,
        )
    });
    for column in &mut temperature.columns[480..560] {
        column.quality = Status::Bad;
    }
    let mut picture = picture(vec![de, nde, speed, setpoint, temperature]);
    (picture.title, picture.theme) = ("Pump 2".to_owned(), theme);
    picture.height_px = 800;
    picture.signals[0].normal = Some((0.5, 3.5));
    let stood = |from: f64, priority| AlarmSpan {
        t0: at(from),
        t1: at(3_600.0),
        priority,
    };
    picture.alarms = vec![stood(2_900.0, 2), stood(3_400.0, 1)];
    picture
}

/// Draws both themes; with `TWIN_REPORT_PICTURES` set to a folder, leaves them there to be looked at.
#[test]
fn a_full_picture_is_drawn_in_both_themes() {
    for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        let png = trend_picture(&bearing_fault(theme)).unwrap();
        let pixels = Pixels::of(&png);
        let (corner, plot) = (pixels.at(2, 2), pixels.at(90, 90));
        assert!(corner != plot, "the plot stands out from the ground");
        assert_eq!(corner[0] > 0x80, theme == Theme::Light);
        if let Some(folder) = std::env::var_os("TWIN_REPORT_PICTURES") {
            std::fs::write(
                std::path::Path::new(&folder).join(format!("trend-{name}.png")),
                png,
            )
            .unwrap();
        }
    }
}
