//! Sentences about alarms, for notifications and the terminal, and about anomaly models.

use twin_core::{
    Said,
    alarm::{AlarmKind, AlarmTransition},
    said,
};

use crate::compile::Compiled;

/// Title and text of an alarm: "Pump 2 · Drive-end vibration high-high", "7.9 mm/s above 7.1 mm/s".
pub fn alarm(compiled: &Compiled, transition: &AlarmTransition) -> (Said, Said) {
    let Some(names) = compiled.signals.get(&transition.signal) else {
        return (transition.rule.to_string().into(), Said::default());
    };
    let digits = usize::from(names.decimals);
    let (value, limit) = (
        format!("{:.digits$}", transition.value),
        format!("{:.digits$}", transition.limit),
    );
    let asset = names.asset_name.to_string();
    let signal = names.name.to_string();
    let title = match transition.kind {
        AlarmKind::HighHigh => said!(
            "notice-high-high",
            "{asset} · {signal} high-high",
            asset = asset,
            signal = signal
        ),
        AlarmKind::High => said!(
            "notice-high",
            "{asset} · {signal} high",
            asset = asset,
            signal = signal
        ),
        AlarmKind::Low => said!(
            "notice-low",
            "{asset} · {signal} low",
            asset = asset,
            signal = signal
        ),
        AlarmKind::LowLow => said!(
            "notice-low-low",
            "{asset} · {signal} low-low",
            asset = asset,
            signal = signal
        ),
        AlarmKind::Anomaly => said!("notice-anomaly", "{asset} · Anomaly", asset = asset),
    };
    let is_upper = transition.kind.is_upper();
    (
        title,
        crossed(
            transition.kind,
            is_upper,
            value,
            limit,
            names.unit.to_string(),
        ),
    )
}

/// How a model works, as its card says it.
pub fn method(card: &str) -> Said {
    let own = said!(
        "model-method",
        "Expected value of each input from the others: ridge regression on the other inputs and their products, chosen \
         by forward selection; score from the mean squared residual in sigmas."
    );
    known(own, card)
}

/// What a model learned from, as whoever trained it wrote.
pub fn learned_from(model: &str) -> Said {
    let shipped = said!(
        "model-learned-demo",
        "the demo plant's pumps: two quiet days, a leaking tank (all three pumps at full speed), a cavitating \
         neighbour, sticking valves; none of it a fault of the pump itself"
    );
    known(shipped, model)
}

/// The sentence, if it is the text: what others wrote stays as they wrote it.
fn known(own: Said, text: &str) -> Said {
    if own.to_string() == text {
        return own;
    }
    text.into()
}

/// What was crossed, and how far.
fn crossed(kind: AlarmKind, is_upper: bool, value: String, limit: String, unit: String) -> Said {
    if kind == AlarmKind::Anomaly {
        return said!(
            "notice-score",
            "Anomaly score {value} above {limit}",
            value = value,
            limit = limit
        );
    }
    match (is_upper, unit.is_empty()) {
        (true, true) => said!(
            "notice-above",
            "{value} above {limit}",
            value = value,
            limit = limit
        ),
        (false, true) => said!(
            "notice-below",
            "{value} below {limit}",
            value = value,
            limit = limit
        ),
        (true, false) => said!(
            "notice-above-unit",
            "{value} {unit} above {limit} {unit}",
            value = value,
            limit = limit,
            unit = unit
        ),
        (false, false) => said!(
            "notice-below-unit",
            "{value} {unit} below {limit} {unit}",
            value = value,
            limit = limit,
            unit = unit
        ),
    }
}

#[cfg(all(test, feature = "scoring"))]
mod tests {
    use twin_insight::ModelCard;

    use super::*;

    #[test]
    fn the_model_that_is_shipped_is_spoken_of_in_words_of_the_catalogue() {
        let card = include_str!("../../../../assets/models/pump-anomaly.json");
        let card = ModelCard::from_json(card).unwrap();
        assert_eq!(method(&card.method).sentences[0].id, "model-method");
        let learned = learned_from(&card.trained_on);
        assert_eq!(learned.sentences[0].id, "model-learned-demo");
    }

    #[test]
    fn what_others_wrote_of_a_model_stays_as_they_wrote_it() {
        let said = learned_from("two days of our own");
        assert_eq!(
            (said.to_string().as_str(), said.sentences[0].id.as_ref()),
            ("two days of our own", "")
        );
        assert!(method("").is_empty());
    }
}
