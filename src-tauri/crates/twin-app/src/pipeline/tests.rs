//! Driver, writer and maintenance on a real history, fed as connections feed them.

mod adoption;
mod device;
mod diagnose;
mod ends;
mod gap;
mod heard;
mod itself;
mod outage;
mod partly;

use std::{
    sync::{Arc, Mutex, atomic::AtomicI64},
    time::Duration,
};

use tokio::sync::{mpsc, watch};
use twin_connect::{Inbound, Inbox, LinkState, Qos};
use twin_core::{
    Quality, Reason, Said, SignalId, SignalKey, Timestamp, Value,
    engine::{Engine, Restored, SystemEvent},
};
use twin_historian::{Historian, QualityTransition};
use twin_model::Plant;
use twin_payload::Decoder;

use super::{
    adoption::Adopter,
    driver::{Driver, DriverParts},
    job::Job,
    maintenance::Maintenance,
    notice::Notice,
    provisional::Numbering,
    request::{Queues, Request},
    ring::{Limits, Ring},
    source::{Source, SourceParts, Wanted},
    writer::Writer,
};
use crate::{
    clock,
    compile::{Compiled, compile, plant_view},
    connections::form_of,
    view::View,
};

const SOON: Duration = Duration::from_secs(30);

/// A plant of `assets` tanks of `signals` signals each.
fn plant_file(assets: usize, signals: usize) -> String {
    let mut text = String::from(
        "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n\
         subscriptions = [{ filter = \"plant/#\", qos = 0 }]\n[[area]]\nid = \"a\"\n[[type]]\nid = \"tank\"\nname = \"Tank\"\n",
    );
    for signal in 0..signals {
        text +=
            &format!("[[type.signal]]\nid = \"s{signal}\"\nname = \"S\"\nstale_after_s = 600.0\n");
    }
    for asset in 0..assets {
        text += &format!(
            "[[asset]]\nid = \"t{asset}\"\narea = \"a\"\ntype = \"tank\"\nconnection = \"c\"\n\
             source = \"plant/t{asset}#{{signal}}\"\n"
        );
    }
    text
}

/// A running driver and what is around it.
struct Bench {
    compiled: Arc<Compiled>,
    view: Arc<View>,
    historian: Historian,
    jobs: Option<mpsc::Receiver<Job>>,
    job_sender: mpsc::Sender<Job>,
    inbound: mpsc::Sender<Inbound>,
    inbox: Mutex<Option<Inbox>>,
    requests: mpsc::Sender<Request>,
    conditions: mpsc::Sender<SystemEvent>,
    queues: Option<Queues>,
    /// Up to when the writer says that history is complete, µs.
    complete: Arc<AtomicI64>,
    adopter: Arc<Adopter>,
    _kept: Vec<Box<dyn std::any::Any>>,
}

impl Bench {
    async fn new(dir: &std::path::Path, assets: usize, signals: usize) -> anyhow::Result<Self> {
        Bench::of(dir, &plant_file(assets, signals)).await
    }

    /// The plant's signals alone: the program tells nothing of itself.
    async fn of(dir: &std::path::Path, plant: &str) -> anyhow::Result<Self> {
        let signals = Plant::parse(plant)?.signals().into_iter();
        let ids: Vec<_> = signals.map(|signal| signal.id).collect();
        Bench::with(dir, plant, &ids).await
    }

    async fn with(dir: &std::path::Path, plant: &str, ids: &[SignalId]) -> anyhow::Result<Self> {
        let plant = Plant::parse(plant)?;
        let historian = Historian::open(dir, clock::now()).await?;
        let keys = historian.signal_keys(ids).await?;
        let compiled = Arc::new(compile(plant, &keys));
        let plant = plant_view(&compiled, 1, String::new(), |_| None);
        let (jobs, job_queue) = mpsc::channel(super::JOB_QUEUE);
        let (inbound, inbound_queue) = mpsc::channel(1_024);
        let (requests, request_queue) = mpsc::channel(super::REQUEST_QUEUE);
        let (answers, answer_queue) = mpsc::channel(1);
        let (conditions, condition_queue) = mpsc::channel(super::REQUEST_QUEUE);
        let queues = Queues {
            requests: request_queue,
            answers: answer_queue,
            conditions: condition_queue,
        };
        let adopter = Arc::new(Adopter::new(historian.clone(), dir));
        adopter.put_plant(Arc::clone(&compiled)).await;
        Ok(Bench {
            compiled,
            adopter,
            view: Arc::new(View::new(plant, vec![], 0)),
            historian,
            jobs: Some(job_queue),
            job_sender: jobs,
            inbound,
            inbox: Mutex::new(Some(inbound_queue.into())),
            requests,
            conditions,
            queues: Some(queues),
            complete: Arc::new(AtomicI64::new(i64::MIN)),
            _kept: vec![Box::new(answers)],
        })
    }

    /// A driver that knows the one connection, and of every signal a value from before.
    fn driver(&self, not_recorded: Vec<QualityTransition>) -> Driver {
        let keys = self.compiled.engine.signals.iter().map(|signal| signal.key);
        let old = Timestamp::from_secs(1_000);
        let restored = Restored {
            standing: vec![],
            last_values: keys.map(|key| (key, old, Value::F64(1.0))).collect(),
        };
        self.driver_of(restored, not_recorded, mpsc::channel(1).0)
    }

    fn driver_of(
        &self,
        restored: Restored,
        not_recorded: Vec<QualityTransition>,
        notices: mpsc::Sender<Notice>,
    ) -> Driver {
        let mut driver = Driver::new(DriverParts {
            engine: Engine::new(Arc::clone(&self.compiled.engine), restored, clock::now()),
            compiled: Arc::clone(&self.compiled),
            view: Arc::clone(&self.view),
            jobs: self.job_sender.clone(),
            scoring: None,
            historian: self.historian.clone(),
            retention: watch::channel(Said::default()).1,
            not_recorded,
            meter: Arc::default(),
            notices,
            shells: Arc::default(),
        });
        let connection = self.compiled.plant.connection("c").unwrap();
        let source = Source::new(SourceParts {
            index: 0,
            form: form_of(connection),
            client_id: "c".into(),
            commands: mpsc::channel(1).0,
            inbox: self
                .inbox
                .lock()
                .unwrap()
                .take()
                .unwrap_or_else(|| mpsc::channel(1).1.into()),
            addresses: self.compiled.addresses[&connection.id].clone(),
            wanted: Wanted::of(&self.compiled, &connection.id),
            decoder: Decoder::new(),
            births: vec![],
            now: clock::now(),
        });
        driver.sources.insert(0, source);
        driver
    }

    /// The writer runs until the driver that has the bench's sender is gone.
    fn start_writer(&mut self) -> tokio::task::JoinHandle<()> {
        let (notices, queue) = mpsc::channel(1);
        self._kept.push(Box::new(queue));
        let writer = Writer {
            numbering: Numbering::new(self.historian.clone()),
            adopter: Arc::clone(&self.adopter),
            historian: self.historian.clone(),
            view: Arc::clone(&self.view),
            conditions: self.conditions.clone(),
            notices,
            unacknowledged: watch::channel(0).0,
            settled: Arc::new(AtomicI64::new(0)),
            complete: Arc::clone(&self.complete),
            meter: Arc::default(),
            shells: Arc::default(),
        };
        let jobs = self.jobs.take().unwrap();
        self.job_sender = mpsc::channel(1).0;
        tokio::spawn(writer.run(jobs))
    }

    async fn send(&self, topic: &str, payload: String) {
        let message = Inbound::Message {
            topic: topic.into(),
            payload: payload.into(),
            qos: Qos::AtMostOnce,
            retain: false,
            dup: false,
            received: clock::now(),
            properties: None,
            ack: None,
        };
        self.inbound.send(message).await.unwrap();
    }

    /// Waits until the counters pass `test`.
    async fn until(&self, test: impl Fn(&crate::api::frame::Counters) -> bool) {
        let waiting = async {
            while !test(&self.view.counters()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(SOON, waiting).await;
        assert!(waited.is_ok(), "in vain: {:?}", self.view.counters());
    }
}

/// All jobs that are there, of each how many changes of quality it holds.
fn qualities(jobs: &mut mpsc::Receiver<Job>) -> Vec<Vec<QualityTransition>> {
    let mut found = Vec::new();
    while let Ok(job) = jobs.try_recv() {
        if !job.qualities.is_empty() {
            found.push(job.qualities);
        }
    }
    found
}

#[tokio::test]
async fn the_loss_of_ten_thousand_signals_leaves_in_one_job() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 100, 100).await?;
    let before = QualityTransition {
        signal: SignalKey(0),
        at: Timestamp::from_secs(2_000),
        quality: Quality::bad(Reason::NotRecorded),
    };
    let driver = bench.driver(vec![before]);
    let mut jobs = bench.jobs.take().unwrap();
    let running = tokio::spawn(driver.run(bench.queues.take().unwrap()));
    let reason = twin_connect::DownReason {
        kind: twin_connect::DownKind::Refused,
        message: "no".into(),
        advice: String::new(),
    };
    let down = |at| Inbound::Link {
        at,
        state: LinkState::Down {
            reason: reason.clone(),
        },
    };
    bench.inbound.send(down(clock::now())).await?;
    bench.inbound.send(down(clock::now())).await?;
    bench.until(|counters| counters.history_bytes > 0.0).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let found = qualities(&mut jobs);
    assert!(found.len() <= 2, "{} jobs", found.len());
    let found = found.concat();
    assert_eq!(found.len(), 20_001);
    assert_eq!(found[0], before);
    let (start, loss) = found[1..].split_at(10_000);
    let from_history = Quality::uncertain(Reason::FromHistory);
    assert!(start.iter().all(|one| one.quality == from_history));
    let lost = Quality::bad(Reason::BrokerLost);
    assert!(
        loss.iter()
            .all(|one| one.quality == lost && one.at > start[0].at)
    );
    bench.requests.send(Request::Stop).await?;
    running.await?;
    Ok(())
}

#[tokio::test]
async fn maintenance_that_fails_says_so_and_takes_it_back() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let mut bench = Bench::new(dir.path(), 1, 1).await?;
    let row = {
        let mut batch = twin_core::SampleBatch::new(twin_core::BatchId(0), clock::now());
        for number in 0..50_000_u32 {
            // Numbers that do not compress.
            let value = f64::from(number.wrapping_mul(2_654_435_761)).sqrt();
            batch.push_f64(
                SignalKey(0),
                Timestamp(i64::from(number)),
                value,
                Quality::GOOD,
            );
        }
        bench
            .historian
            .append(&[Arc::new(batch)], twin_historian::Durability::Full)
            .await?
    };
    bench.historian.limit_telemetry_pages(Some(1)).await?;
    let maintenance = Maintenance {
        historian: bench.historian.clone(),
        adopter: Arc::clone(&bench.adopter),
        settled: Arc::new(AtomicI64::new(row.0)),
        complete: Arc::new(AtomicI64::new(17)),
        conditions: bench.conditions.clone(),
        retention: watch::channel(Said::default()).0,
        policy: tokio::sync::watch::channel(Arc::default()).1,
        heartbeat: dir.path().join("heartbeat"),
    };
    let running = tokio::spawn(maintenance.run());
    let conditions = &mut bench.queues.as_mut().unwrap().conditions;
    let event = tokio::time::timeout(SOON, conditions.recv()).await?;
    let Some(SystemEvent::Raised { key, text }) = event else {
        panic!("{event:?}")
    };
    assert_eq!(key, "compaction");
    assert!(
        text.to_string().contains("not compacted") && text.to_string().contains("telemetry.db"),
        "{text}"
    );
    bench.historian.limit_telemetry_pages(None).await?;
    let event = tokio::time::timeout(SOON, conditions.recv()).await?;
    assert_eq!(event, Some(SystemEvent::Cleared { key }));
    let heartbeat = crate::heartbeat::read(&dir.path().join("heartbeat"));
    assert_eq!(heartbeat, Some(Timestamp(17)), "no later than history");
    running.abort();
    Ok(())
}
