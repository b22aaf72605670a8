//! Sentences about alarms, for notifications and the terminal, and about anomaly models.

use twin_core::{
    Said,
    alarm::{AlarmKind, AlarmTransition},
    said,
};

use crate::{compile::Compiled, system::Tag};

/// Title and text of an alarm: "Pump 2 · Drive-end vibration high-high", "7.9 mm/s above 7.1 mm/s".
pub fn alarm(compiled: &Compiled, transition: &AlarmTransition) -> (Said, Said) {
    let Some(names) = compiled.signals.get(&transition.signal) else {
        return (transition.rule.to_string().into(), Said::default());
    };
    if let Some(tag) = names.system {
        return system_alarm(tag, &names.asset_name, transition.value);
    }
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

/// Title and text of an alarm about the program itself: what happened, how much of it by now, and what to do.
fn system_alarm(tag: Tag, asset: &str, value: f64) -> (Said, Said) {
    let count = value as u64;
    match tag {
        Tag::Dropped => (
            said!("notice-dropped", "{asset} · messages lost", asset = asset),
            said!(
                "notice-dropped-what",
                "{count} so far, because they came faster than they can be taken. Narrow its topic filters, or ask for \
                 QoS 1 and a persistent session.",
                count = count
            ),
        ),
        Tag::LeftOut => (
            said!(
                "notice-left-out",
                "{asset} · above its rate limit",
                asset = asset
            ),
            said!(
                "notice-left-out-what",
                "{count} messages of QoS 0 left out so far. Narrow its topic filters, or raise the limit.",
                count = count
            ),
        ),
        Tag::BeyondTopics => (
            said!(
                "notice-topics",
                "{asset} · more topics than its limit",
                asset = asset
            ),
            said!(
                "notice-topics-what",
                "{count} messages not read so far. Narrow its topic filters, or raise the limit of topics.",
                count = count
            ),
        ),
        Tag::BeyondAddresses => (
            said!(
                "notice-addresses",
                "{asset} · more values than its limit",
                asset = asset
            ),
            said!(
                "notice-addresses-what",
                "{count} messages not read so far. Narrow its topic filters, or raise the limit of addresses.",
                count = count
            ),
        ),
        Tag::NotWritten => (
            said!(
                "notice-not-written",
                "{asset} · history not written",
                asset = asset
            ),
            said!(
                "notice-not-written-what",
                "Messages of QoS 1 and 2 wait at the broker, those of QoS 0 in memory. Free room on the disk; the status \
                 line says what stops it."
            ),
        ),
    }
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
