//! What the device behind a signal told of itself.

use std::collections::HashSet;

use tokio::sync::oneshot;
use twin_core::SignalKey;

use super::{super::request::Diagnose, *};
use crate::{
    api::device::{DeviceFact, DeviceFactKind},
    pipeline::source::DeviceTold,
};

async fn device(bench: &Bench, signal: SignalKey, topic: &str) -> DeviceTold {
    let (reply, answer) = oneshot::channel();
    let request = Request::Diagnose(Diagnose::Device {
        connection: "c".into(),
        signals: HashSet::from([signal]),
        topics: HashSet::from([topic.to_owned()]),
        reply,
    });
    bench.requests.send(request).await.unwrap();
    answer.await.unwrap()
}

fn of(kind: DeviceFactKind, told: &DeviceTold) -> Option<&DeviceFact> {
    told.facts.iter().find(|fact| fact.kind == kind)
}

#[tokio::test]
async fn facts_come_with_who_told_them_and_go_to_the_signals_of_the_device_alone()
-> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 2, 1).await?;
    let keys = ["plant/t0#s0", "plant/t1#s0"].map(|address| bench.compiled.addresses["c"][address]);
    let driver = bench.driver(vec![]);
    let running = tokio::spawn(driver.run(bench.queues.take().unwrap()));
    let config = r#"{"name":"S","state_topic":"plant/t0","value_template":"{{ value_json.s0 }}","availability_topic":"plant/there",
        "device":{"identifiers":["p-1"],"name":"Pump 1","manufacturer":"Acme","model":"M1","sw_version":"2.1","hw_version":"B"}}"#;
    bench
        .send("homeassistant/sensor/p1/config", config.into())
        .await;
    bench.send("plant/there", "online".into()).await;
    bench
        .send("plant/t0", r#"{"s0":1.5,"rssi":-61,"noise":3}"#.into())
        .await;
    let waiting = async {
        loop {
            let told = device(&bench, keys[0], "plant/t0").await;
            if !told.heard.is_empty() {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let told = tokio::time::timeout(SOON, waiting).await?;
    let firmware = of(DeviceFactKind::Firmware, &told).unwrap();
    assert_eq!(
        (firmware.value.as_str(), firmware.device.as_str()),
        ("2.1", "homeassistant/p-1")
    );
    assert_eq!(firmware.topic, "homeassistant/sensor/p1/config");
    assert!(firmware.at > 0.0 && !firmware.kept);
    assert_eq!(of(DeviceFactKind::Hardware, &told).unwrap().value, "B");
    assert_eq!(of(DeviceFactKind::Presence, &told).unwrap().value, "online");
    assert_eq!(told.heard.len(), 1, "{:?}", told.heard);
    assert_eq!(&*told.heard[0].address, "plant/t0#rssi");
    let other = device(&bench, keys[1], "plant/t1").await;
    assert!(
        other.facts.is_empty() && other.heard.is_empty(),
        "{other:?}"
    );
    bench.requests.send(Request::Stop).await?;
    running.await?;
    Ok(())
}
