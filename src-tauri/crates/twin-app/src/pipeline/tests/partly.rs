//! Messages that are read, but not whole: their values go their way, and they themselves are kept.

use twin_payload::sparkplug::encode::{Metric, MetricValue, payload};

use super::*;

fn message(topic: &str, payload: &[u8]) -> Inbound {
    Inbound::Message {
        topic: topic.into(),
        payload: payload.to_vec().into(),
        qos: Qos::AtMostOnce,
        retain: false,
        dup: false,
        received: clock::now(),
        properties: None,
        ack: None,
    }
}

#[tokio::test]
async fn what_a_message_leaves_out_is_kept_with_the_whole_message() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 1, 1).await?;
    let driver = bench.driver(vec![]);
    let writer = bench.start_writer();
    let running = tokio::spawn(driver.run(bench.queues.take().unwrap()));
    let long = format!(r#"{{"s0":7.5,"log":"{}"}}"#, "x".repeat(70_000));
    let aliased = Metric {
        alias: Some(3),
        typed: false,
        ..Metric::new(MetricValue::Double(1.0))
    };
    let data = payload(Some(clock::now()), Some(4), &[aliased]);
    let whole = br#"{"s0":8.5,"log":"short"}"#;
    for (topic, payload) in [
        ("plant/t0", long.as_bytes()),
        ("spBv1.0/G/NDATA/n", &data),
        ("plant/t0", whole),
    ] {
        bench.inbound.send(message(topic, payload)).await?;
    }
    let signal = bench.compiled.addresses["c"]["plant/t0#s0"];
    let shown = || bench.view.twin(signal).map(|twin| twin.value);
    let waiting = async {
        while shown() != Some(Value::F64(8.5)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await?;
    bench.requests.send(Request::Stop).await?;
    running.await?;
    writer.await?;

    let rejects = bench.historian.rejects(10).await?;
    let kept: Vec<_> = rejects
        .iter()
        .map(|one| (&*one.topic, &*one.reason, &*one.payload))
        .collect();
    assert_eq!(
        kept,
        [
            ("spBv1.0/G/NDATA/n", "sparkplug-no-birth", &*data),
            ("plant/t0", "partly-read", long.as_bytes()),
        ]
    );
    let ends = (Timestamp(0), Timestamp::MAX);
    let samples = bench.historian.raw(signal, ends.0, ends.1, 10).await?;
    let values: Vec<_> = samples.into_iter().map(|sample| sample.value).collect();
    assert_eq!(values, [Value::F64(7.5), Value::F64(8.5)]);
    Ok(())
}
