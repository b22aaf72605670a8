//! Signals that come into a plant while it runs: what they begin with.

use twin_core::{
    Duration,
    engine::{Input, LastHeard},
};

use super::{super::request::NewPlant, *};

const FROM_BEFORE: Quality = Quality::uncertain(Reason::FromHistory);

fn said(topic: &str, value: f64, time: Timestamp, received: Timestamp) -> Vec<(usize, Inbound)> {
    let payload = format!("{{\"s0\":{value},\"timestamp\":{}}}", time.millis());
    vec![(
        0,
        Inbound::Message {
            topic: topic.into(),
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

impl Bench {
    /// The plant with so many tanks, of which history knows `heard`.
    pub(super) async fn grown(
        &self,
        assets: usize,
        heard: Vec<LastHeard>,
    ) -> anyhow::Result<NewPlant> {
        let plant = Plant::parse(&plant_file(assets, 1))?;
        let signals = plant.signals().into_iter();
        let ids: Vec<_> = signals.map(|signal| signal.id).collect();
        let keys = self.historian.signal_keys(&ids).await?;
        let compiled = Arc::new(compile(plant, &keys));
        Ok(NewPlant {
            view: plant_view(&compiled, 2, String::new(), |_| None),
            compiled,
            scoring: None,
            heard,
        })
    }

    fn shown(&self, key: u32) -> Option<(f64, Timestamp, Quality)> {
        let twin = self.view.twin(SignalKey(key))?;
        Some((twin.value.as_f64()?, twin.source_time, twin.quality()))
    }
}

fn known(signal: u32, value: f64, time: Timestamp) -> LastHeard {
    LastHeard {
        signal: SignalKey(signal),
        time,
        received: time,
        value: Value::F64(value),
        quality: Quality::GOOD,
    }
}

#[tokio::test]
async fn new_signals_begin_with_the_newest_that_history_or_the_ledger_knows() -> anyhow::Result<()>
{
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    let now = Timestamp::from_millis(clock::now().millis());
    let ago = |seconds: i64| now.plus(Duration::from_secs(-seconds));
    driver.take(&mut said("plant/t0", 1.0, ago(9), ago(9)));
    driver.take(&mut said("plant/t1", 11.0, ago(30), ago(29)));
    driver.take(&mut said("plant/t2", 12.0, ago(30), ago(29)));
    // Of an hour ago: stale after ten minutes.
    driver.take(&mut said("plant/t3", 13.0, ago(3_600), ago(3_600)));
    let heard = vec![
        known(0, 99.0, ago(1)),
        known(1, 99.0, ago(40)),
        known(2, 22.0, ago(20)),
        known(4, 24.0, ago(20)),
    ];
    let new = bench.grown(6, heard).await?;
    driver.put_plant(new);
    let before = (1.0, ago(9), Quality::GOOD);
    assert_eq!(bench.shown(0), Some(before), "what it has, it keeps");
    assert_eq!(bench.shown(1), Some((11.0, ago(30), FROM_BEFORE)));
    assert_eq!(bench.shown(2), Some((22.0, ago(20), FROM_BEFORE)));
    let stale = Quality::bad(Reason::Stale);
    assert_eq!(bench.shown(3), Some((13.0, ago(3_600), stale)));
    assert_eq!(bench.shown(4), Some((24.0, ago(20), FROM_BEFORE)));
    assert_eq!(bench.shown(5), None, "nobody ever heard of it");
    driver.take(&mut said("plant/t1", 14.0, ago(0), clock::now()));
    assert_eq!(bench.shown(1), Some((14.0, ago(0), Quality::GOOD)));
    Ok(())
}

#[tokio::test]
async fn a_source_that_goes_on_repeating_itself_is_not_stale_when_it_is_taken_up()
-> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    let now = Timestamp::from_millis(clock::now().millis());
    let old = now.plus(Duration::from_secs(-3_600));
    driver.take(&mut said("plant/t1", 11.0, old, now));
    // History keeps the first receipt of a sample.
    let new = bench.grown(2, vec![known(1, 11.0, old)]).await?;
    driver.put_plant(new);
    assert_eq!(bench.shown(1), Some((11.0, old, FROM_BEFORE)));
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_lost_counts_for_what_was_heard_before() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    let now = Timestamp::from_millis(clock::now().millis());
    driver.take(&mut said("plant/t1", 11.0, now, now));
    let reason = twin_connect::DownReason {
        kind: twin_connect::DownKind::Refused,
        message: String::new(),
        advice: String::new(),
    };
    let state = LinkState::Down { reason };
    driver.take(&mut vec![(0, Inbound::Link { at: now, state })]);
    driver.put_plant(bench.grown(2, vec![]).await?);
    let lost = Quality::bad(Reason::BrokerLost);
    assert_eq!(bench.shown(1), Some((11.0, now, lost)));
    driver.step(clock::now(), Input::Tick);
    let told = driver.outbox.qualities.iter().rev();
    let mut told = told.filter(|change| change.signal == SignalKey(1));
    let (last, first) = (told.next(), told.next());
    assert_eq!(last.map(|change| change.quality), Some(lost));
    let first = first.expect("what it began with");
    assert_eq!(first.quality, FROM_BEFORE);
    assert!(last.is_some_and(|last| last.at > first.at));
    Ok(())
}

/// The ledger keeps the beginning of a long text: it is nothing that anybody said.
#[tokio::test]
async fn the_beginning_of_a_text_is_no_value() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let bench = Bench::new(dir.path(), 1, 1).await?;
    let mut driver = bench.driver(vec![]);
    let now = Timestamp::from_millis(clock::now().millis());
    let (whole, long) = ("x".repeat(256), "x".repeat(257));
    for (topic, text) in [
        ("plant/t1", &whole),
        ("plant/t2", &long),
        ("plant/t3", &long),
    ] {
        let mut messages = said(topic, 0.0, now, now);
        if let Inbound::Message { payload, .. } = &mut messages[0].1 {
            *payload = format!("{{\"s0\":\"{text}\",\"timestamp\":{}}}", now.millis()).into();
        }
        driver.take(&mut messages);
    }
    let before = known(3, 24.0, now.plus(Duration::from_secs(-20)));
    driver.put_plant(bench.grown(4, vec![before]).await?);
    let twin = |key| {
        bench
            .view
            .twin(SignalKey(key))
            .map_or(Value::Null, |twin| twin.value)
    };
    assert_eq!(twin(1), Value::Text(whole.into()));
    assert_eq!(twin(2), Value::Null);
    assert_eq!(twin(3), Value::F64(24.0), "what history has");
    Ok(())
}
