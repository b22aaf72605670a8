//! The model that is shipped: that its files belong together and that it does what its card is trusted for.
#![cfg(feature = "onnx")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use twin_insight::{ModelCard, Scorer, onnx::Limits};

/// Speed, flow, suction and discharge pressure, power, vibration drive end and non-drive end, bearing temperature: two
/// instants of the demo plant's pump 2 on a quiet day.
const NORMAL: [[f64; 8]; 2] = [
    [1279.3, 246.7, 0.8008, 4.855, 40.82, 1.724, 1.361, 50.82],
    [1428.7, 388.2, 0.7654, 5.228, 64.51, 1.995, 1.576, 57.11],
];

fn shipped() -> (Scorer, ModelCard) {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/models");
    let read = |file: &str| std::fs::read(models.join(file)).unwrap();
    let card = String::from_utf8(read("pump-anomaly.json")).unwrap();
    let scorer = Scorer::load(&read("pump-anomaly.onnx"), &Limits::default()).unwrap();
    (scorer, ModelCard::from_json(&card).unwrap())
}

#[test]
fn model_and_card_belong_together_and_promise_few_false_alarms() {
    let (scorer, card) = shipped();
    scorer.check_card(&card).unwrap();
    assert_eq!(scorer.sigma(), card.sigma());
    assert!(card.false_alarms_per_day < 1.0 && card.false_alarms_per_day_upper < 1.0);
    assert!(
        card.holdout_days > 3.0,
        "so few days prove nothing: {}",
        card.holdout_days
    );
}

#[test]
fn normal_running_is_quiet_and_a_shaking_bearing_is_named() {
    let (scorer, _) = shipped();
    let vibration = scorer
        .inputs()
        .iter()
        .position(|name| name == "vibration_de")
        .unwrap();
    for row in NORMAL {
        let quiet = scorer.score(&row).unwrap();
        assert!(quiet.score < 0.4, "{quiet:?}");
        let mut shaking = row;
        shaking[vibration] = 3.5; // below its first limit of 4.5
        let scored = scorer.score(&shaking).unwrap();
        assert!(scored.score > 0.6, "{scored:?}");
        assert!(scored.share[vibration] > 0.6, "{scored:?}");
        assert!(
            (scored.expected[vibration] - row[vibration]).abs() < 0.4,
            "{scored:?}"
        );
    }
}
