//! The shipped model on a wearing bearing: it speaks up long before any limit, and not about trouble elsewhere.
//!
//! The rows were simulated by the demo plant with seeds that served neither for learning nor for the threshold, or that
//! were held out; they are rounded to what the instruments show. Columns: speed (rpm), flow (m³/h), suction and discharge
//! pressure (bar), power (kW), vibration drive end and non-drive end (mm/s), bearing temperature (°C).
#![cfg(feature = "onnx")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use twin_insight::{Scorer, onnx::Limits};

type Row = [f64; 8];

const VIBRATION_DE: usize = 5;
/// First limits of the plant file: drive end, non-drive end (mm/s), bearing temperature (°C).
const HIGH: [(usize, f64); 3] = [(VIBRATION_DE, 4.5), (6, 4.5), (7, 75.0)];

/// One minute before the bearing began to wear, and 30, 40 and 60 s after: pump 2 in the night, pump 2 in the morning peak,
/// pump 1 in the afternoon.
const WEARING: [[Row; 4]; 3] = [
    [
        [1273.4, 237.9, 0.7899, 4.858, 39.89, 1.685, 1.439, 50.34],
        [1271.9, 236.1, 0.7919, 4.834, 39.9, 2.755, 1.878, 50.47],
        [1272.7, 236.4, 0.7945, 4.839, 40.01, 3.162, 1.998, 50.77],
        [1271.2, 235.2, 0.7922, 4.843, 40.36, 3.998, 2.138, 51.05],
    ],
    [
        [1441.0, 401.7, 0.7793, 5.268, 66.71, 2.066, 1.649, 57.67],
        [1438.8, 398.7, 0.7704, 5.271, 66.85, 3.011, 1.907, 57.71],
        [1440.2, 402.5, 0.7739, 5.264, 66.89, 3.45, 2.177, 57.77],
        [1440.7, 402.3, 0.7722, 5.274, 66.79, 4.193, 2.311, 58.23],
    ],
    [
        [1392.3, 361.0, 0.7761, 5.137, 58.7, 1.959, 1.624, 55.7],
        [1392.2, 365.3, 0.7872, 5.147, 59.16, 3.004, 1.978, 55.97],
        [1392.7, 364.7, 0.7819, 5.141, 59.1, 3.372, 2.152, 56.04],
        [1393.0, 363.3, 0.7884, 5.153, 59.35, 4.218, 2.392, 56.56],
    ],
];

/// A pump that has nothing, whatever the rest of the station has.
const NORMAL: [(&str, Row); 8] = [
    (
        "pump 1, night",
        [1273.8, 240.9, 0.7964, 4.857, 40.24, 1.89, 1.433, 50.17],
    ),
    (
        "pump 2, night",
        [1274.0, 240.5, 0.8017, 4.851, 40.0, 1.735, 1.444, 50.25],
    ),
    (
        "pump 1, evening peak",
        [1454.9, 413.7, 0.7576, 5.297, 69.62, 2.115, 1.728, 58.48],
    ),
    (
        "pump 2, evening peak",
        [1455.4, 411.6, 0.7622, 5.305, 69.12, 1.994, 1.637, 58.31],
    ),
    (
        "pump 1 at full speed, the tank leaks",
        [1484.8, 373.4, 0.7711, 5.805, 70.46, 2.104, 1.817, 60.73],
    ),
    (
        "pump 3 helps out, the tank leaks",
        [1484.6, 371.2, 0.7721, 5.786, 70.29, 2.068, 1.694, 60.61],
    ),
    (
        "pump 1, pump 2 cavitates",
        [1434.4, 415.3, 0.7624, 5.126, 67.16, 2.107, 1.659, 56.79],
    ),
    (
        "pump 2, its valve sticks",
        [1358.6, 330.6, 0.7888, 5.064, 53.22, 1.959, 1.558, 53.45],
    ),
];

fn shipped() -> Scorer {
    let model =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models/pump-anomaly.onnx");
    let scorer = Scorer::load(&std::fs::read(model).unwrap(), &Limits::default()).unwrap();
    let columns = [
        "speed",
        "flow",
        "suction_pressure",
        "discharge_pressure",
        "power",
        "vibration_de",
        "vibration_nde",
        "bearing_temperature",
    ];
    assert_eq!(scorer.inputs(), columns, "the rows below have this order");
    scorer
}

#[test]
fn a_wearing_bearing_scores_high_before_any_limit_and_is_named() {
    let scorer = shipped();
    for [before, after @ ..] in WEARING {
        assert!(scorer.score(&before).unwrap().score < 0.5, "{before:?}");
        let mut last = 0.6;
        for row in after {
            for (input, limit) in HIGH {
                assert!(row[input] < limit, "{row:?} passes a limit");
            }
            let scored = scorer.score(&row).unwrap();
            assert!(scored.score > last, "it climbs: {row:?} {}", scored.score);
            assert!(
                scored.share[VIBRATION_DE] > 0.5,
                "the drive end is to blame: {scored:?}"
            );
            last = scored.score;
        }
    }
}

#[test]
fn trouble_elsewhere_is_no_trouble_of_the_pump() {
    let scorer = shipped();
    for (what, row) in NORMAL {
        let scored = scorer.score(&row).unwrap();
        assert!(scored.score < 0.5, "{what}: {scored:?}");
    }
}
