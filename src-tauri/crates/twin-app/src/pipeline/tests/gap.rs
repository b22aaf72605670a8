//! Messages of a Sparkplug node that never come: which of its values are in doubt.

use twin_core::Duration;
use twin_payload::sparkplug::encode::{Metric, MetricValue, payload};

use super::*;

fn metric(alias: u64, name: Option<&'static str>, value: f64) -> Metric<'static> {
    Metric {
        name,
        alias: Some(alias),
        ..Metric::new(MetricValue::Double(value))
    }
}

fn message(kind: &str, payload: Vec<u8>, received: Timestamp) -> Vec<(usize, Inbound)> {
    vec![(
        0,
        Inbound::Message {
            topic: format!("spBv1.0/G/{kind}/n").as_str().into(),
            payload: payload.into(),
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received,
            properties: None,
            ack: None,
        },
    )]
}

#[tokio::test]
async fn what_came_before_the_gap_is_in_doubt_and_the_message_that_shows_it_is_not()
-> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let plant = plant_file(1, 2)
        .replace("plant/t0#", "spBv1.0/G/n#")
        .replace("plant/#", "spBv1.0/#");
    let bench = Bench::of(dir.path(), &plant).await?;
    let mut driver = bench.driver(vec![]);
    let begin = clock::now().plus(Duration::from_secs(-60));
    let at = |second| begin.plus(Duration::from_secs(second));
    let data = |seq, second, metric: Metric<'_>| {
        let payload = payload(Some(at(second)), Some(seq), &[metric]);
        message("NDATA", payload, at(second))
    };

    let metrics = [metric(1, Some("s0"), 1.0), metric(2, Some("s1"), 1.0)];
    let birth = payload(Some(at(0)), Some(0), &metrics);
    driver.take(&mut message("NBIRTH", birth, at(0)));
    // Number 1 is missing. What comes long after it is when the decoder gives it up.
    driver.take(&mut data(2, 1, metric(1, None, 2.0)));
    driver.take(&mut data(3, 30, metric(2, None, 3.0)));

    let shown = |key| {
        let twin = bench.view.twin(SignalKey(key)).unwrap();
        (twin.value.as_f64(), twin.quality())
    };
    let doubt = Quality::uncertain(Reason::SequenceGap);
    assert_eq!(shown(0), (Some(2.0), doubt));
    assert_eq!(shown(1), (Some(3.0), Quality::GOOD));
    driver.take(&mut data(4, 31, metric(1, None, 4.0)));
    assert_eq!(shown(0), (Some(4.0), Quality::GOOD));
    Ok(())
}
