//! Normal running passes no limit of the plant file, and faults pass the limits they should, when they should.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

use std::collections::BTreeMap;

use demo_plant::{
    Fault, Scheduled,
    sim::Readings,
    simulate::{EPOCH, Plan},
};

const PLANT: &str = include_str!("../../../../assets/demo-plant/plant.toml");

#[derive(Clone, Debug)]
struct Limits {
    asset: String,
    signal: String,
    upper: Vec<f64>,
    lower: Vec<f64>,
    range: Option<(f64, f64)>,
    normal: Option<(f64, f64)>,
}

fn pair(value: Option<&toml::Value>) -> Option<(f64, f64)> {
    let pair = value?.as_array()?;
    Some((pair[0].as_float()?, pair[1].as_float()?))
}

fn limits() -> Vec<Limits> {
    let plant: toml::Table = PLANT.parse().unwrap();
    let types: BTreeMap<&str, &toml::Value> = plant["type"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["id"].as_str().unwrap(), t))
        .collect();
    let mut all = Vec::new();
    for asset in plant["asset"].as_array().unwrap() {
        for signal in types[asset["type"].as_str().unwrap()]["signal"]
            .as_array()
            .unwrap()
        {
            let alarms = signal
                .get("alarms")
                .and_then(|a| a.as_array())
                .cloned()
                .unwrap_or_default();
            let of = |word: &str| {
                alarms
                    .iter()
                    .filter(|a| a["kind"].as_str().unwrap().starts_with(word))
                    .map(|a| a["limit"].as_float().unwrap())
                    .collect()
            };
            all.push(Limits {
                asset: asset["id"].as_str().unwrap().to_owned(),
                signal: signal["id"].as_str().unwrap().to_owned(),
                upper: of("high"),
                lower: of("low"),
                range: pair(signal.get("range")),
                normal: pair(signal.get("normal")),
            });
        }
    }
    all
}

fn check(
    at: f64,
    readings: &Readings,
    limits: &[Limits],
    outside: &mut BTreeMap<String, (u64, f64)>,
) {
    for limit in limits {
        let name = format!("{}/{}", limit.asset, limit.signal);
        let value = readings
            .get(&limit.asset, &limit.signal)
            .unwrap_or_else(|| panic!("{name} is not simulated"));
        let Some(value) = value.number() else {
            continue;
        };
        assert!(value.is_finite(), "{name} at {at} s");
        for high in &limit.upper {
            assert!(value < *high, "{name} = {value} passes {high} at {at} s");
        }
        for low in &limit.lower {
            assert!(value > *low, "{name} = {value} falls below {low} at {at} s");
        }
        if let Some((low, high)) = limit.range {
            assert!(
                (low..=high).contains(&value),
                "{name} = {value} leaves its range at {at} s"
            );
        }
        let standby = limit.asset == "pump-3";
        if let Some((low, high)) = limit.normal.filter(|_| !standby) {
            let entry = outside.entry(name).or_insert((0, value));
            if !(low..=high).contains(&value) {
                *entry = (entry.0 + 1, value);
            }
        }
    }
}

#[test]
fn twenty_four_normal_hours_pass_no_limit() {
    let limits = limits();
    let mut outside = BTreeMap::new();
    let mut looks = 0;
    Plan::normal(42, 24.0, 1.0)
        .run(|at, readings| {
            looks += 1;
            check(at, readings, &limits, &mut outside);
            Ok(())
        })
        .unwrap();
    assert_eq!(looks, 86_400);
    // A normal band is where the value usually is: all but one part in a hundred of the time.
    for (name, (count, last)) in &outside {
        assert!(
            count * 100 < looks,
            "{name} is outside its normal band {count} times of {looks}, last {last}"
        );
    }
}

#[test]
fn other_seeds_pass_no_limit_either() {
    let limits = limits();
    for seed in 1..4 {
        Plan::normal(seed, 24.0, 10.0)
            .run(|at, readings| {
                check(at, readings, &limits, &mut BTreeMap::new());
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn the_pumps_cover_their_operating_range_in_a_day() {
    let mut speeds = (f64::INFINITY, 0.0f64);
    Plan::normal(3, 24.0, 10.0)
        .run(|_, readings| {
            let speed = readings.number("pump-1", "speed").unwrap();
            speeds = (speeds.0.min(speed), speeds.1.max(speed));
            Ok(())
        })
        .unwrap();
    assert!(speeds.0 < 1270.0 && speeds.1 > 1430.0, "{speeds:?}");
}

/// Seconds after the fault's beginning at which the signal first stays beyond the limit for ten looks; the fault
/// begins at 60 s.
fn passes(
    fault: &str,
    hour: f64,
    seconds: f64,
    asset: &str,
    signal: &str,
    limit: f64,
    upper: bool,
) -> Option<f64> {
    let plan = Plan {
        seed: 11,
        start: EPOCH + (hour * 3.6e9) as i64,
        duration_s: 60.0 + seconds,
        every_s: 0.1,
        faults: vec![Scheduled {
            fault: Fault::parse(fault).unwrap(),
            after_s: 60.0,
        }],
    };
    let (mut run, mut first) = (0, None);
    plan.run(|at, readings| {
        let value = readings.number(asset, signal).unwrap();
        run = if (value > limit) == upper { run + 1 } else { 0 };
        if run == 10 && first.is_none() {
            first = Some(at - 60.0);
        }
        Ok(())
    })
    .unwrap();
    first
}

#[test]
fn a_worn_bearing_shows_long_before_it_alarms() {
    for hour in [2.0, 8.0, 14.0, 19.0] {
        let high = passes(
            "pump-2:bearing",
            hour,
            240.0,
            "pump-2",
            "vibration_de",
            4.5,
            true,
        )
        .unwrap();
        let higher = passes(
            "pump-2:bearing",
            hour,
            240.0,
            "pump-2",
            "vibration_de",
            7.1,
            true,
        )
        .unwrap();
        assert!(
            (58.0..80.0).contains(&high),
            "high at hour {hour} after {high} s"
        );
        assert!(
            (135.0..175.0).contains(&higher),
            "high-high at hour {hour} after {higher} s"
        );
    }
    let warm = passes(
        "pump-2:bearing",
        8.0,
        1200.0,
        "pump-2",
        "bearing_temperature",
        75.0,
        true,
    )
    .unwrap();
    assert!(warm > 240.0, "the temperature follows slowly: {warm} s");
    assert_eq!(
        passes(
            "pump-2:bearing",
            8.0,
            240.0,
            "pump-1",
            "vibration_de",
            3.5,
            true
        ),
        None,
        "only pump 2"
    );
}

#[test]
fn every_process_fault_passes_a_limit() {
    for (fault, asset, signal, limit, upper, within) in [
        (
            "pump-1:cavitation",
            "pump-1",
            "suction_pressure",
            0.45,
            false,
            60.0,
        ),
        ("valve-102:stiction", "valve-102", "error", 2.0, true, 400.0),
        ("valve-101:stiction", "valve-101", "error", 2.0, true, 900.0),
        (
            "exchanger:fouling",
            "exchanger",
            "approach",
            5.2,
            true,
            900.0,
        ),
        (
            "exchanger:fouling",
            "exchanger",
            "fouling",
            35.0,
            true,
            600.0,
        ),
        (
            "high-tank:leak",
            "high-tank",
            "net_flow",
            -330.0,
            false,
            300.0,
        ),
        ("raw-water:drift", "raw-water", "ph", 8.2, true, 300.0),
        ("chlorine:drift", "chlorine", "residual", 0.5, true, 900.0),
    ] {
        let at = passes(fault, 9.0, within, asset, signal, limit, upper);
        assert!(
            at.is_some(),
            "{fault}: {asset}/{signal} does not pass {limit} within {within} s"
        );
    }
}

#[test]
fn a_frozen_sensor_repeats_itself_while_the_truth_moves() {
    let mut seen = std::collections::BTreeSet::new();
    let mut neighbours = std::collections::BTreeSet::new();
    let plan = Plan {
        faults: vec![Scheduled::parse("pump-1:frozen@10").unwrap()],
        ..Plan::normal(5, 0.05, 1.0)
    };
    plan.run(|at, readings| {
        if at > 11.0 {
            seen.insert(
                readings
                    .number("pump-1", "discharge_pressure")
                    .unwrap()
                    .to_bits(),
            );
            neighbours.insert(
                readings
                    .number("pump-1", "suction_pressure")
                    .unwrap()
                    .to_bits(),
            );
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(seen.len(), 1);
    assert!(neighbours.len() > 100);
}
