//! What a filter would bring, before anyone subscribes to it for good.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use serde::Serialize;
use tokio::{
    select,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    ConnectionSpec, DownKind, DownReason, Error, Protocol, Qos, Session, Subscription,
    certificate::cut,
    filter::{SHARE, asks_for_everything, covers},
    probe::Probe,
    socket::Dialler,
    wire::{Client, Fault, Got, Wire, v5, v311},
};

/// Longest time to listen.
const LONGEST: Duration = Duration::from_secs(600);
/// Most topics that are told apart.
const MAX_TOPICS: usize = 100_000;
/// Most branches that are told apart.
const MAX_BRANCHES: usize = 256;

/// How to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// For how long; at most 10 minutes.
    pub duration: Duration,
    /// After how many messages to stop before that.
    pub max_messages: u64,
    /// The person has agreed to a filter that asks for everything, such as `#`.
    pub everything: bool,
}

/// One branch of what a filter brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The topic up to the first level that the filter leaves open; cut to 256 bytes.
    pub name: String,
    /// Different topics in it.
    pub topics: u64,
    /// Messages, retained ones too.
    pub messages: u64,
    /// Bytes of topics and payloads.
    pub bytes: u64,
}

/// What a filter brought in a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FilterSample {
    /// The filter.
    pub filter: String,
    /// How long it was listened to, seconds.
    pub seconds: f64,
    /// Whether [`Sampling::max_messages`] ended it.
    pub capped: bool,
    /// Different topics.
    pub topics: u64,
    /// Whether there were more than the 100,000 that are told apart.
    pub topics_capped: bool,
    /// Messages that were sent in that time.
    pub messages: u64,
    /// Bytes of their topics and payloads.
    pub bytes: u64,
    /// Messages that the broker had kept from before.
    pub retained: u64,
    /// Bytes of their topics and payloads.
    pub retained_bytes: u64,
    /// Messages a second, without retained ones.
    pub messages_per_s: f64,
    /// Bytes a second, without retained ones.
    pub bytes_per_s: f64,
    /// The largest payload, bytes.
    pub largest_payload: usize,
    /// The branches with most messages first, at most 256.
    pub branches: Vec<Branch>,
    /// Messages in branches beyond those.
    pub elsewhere: u64,
    /// Of the topics, those that the connection's own filters bring already.
    pub known_topics: u64,
    /// Of the messages, without retained ones, those on such topics.
    pub known_messages: u64,
}

/// Listens to `filter` for a while and counts. It uses the client id with `-advisor` at its end, a clean session and
/// QoS 0, so that it leaves nothing behind; payloads are counted and forgotten. The limits of `spec` on rates do not
/// count here, that on the size of packets does. The filters of `spec` are not subscribed to; they tell what comes already.
///
/// # Errors
/// Why the broker could not be listened to; also if the filter asks for everything and [`Sampling::everything`] does
/// not say that this is meant, or if it is a shared one, whose messages would be taken from others.
pub async fn sample_filter(
    spec: ConnectionSpec,
    filter: &str,
    sampling: Sampling,
) -> Result<FilterSample, DownReason> {
    if filter.starts_with(SHARE) {
        let why = "messages of a shared subscription would be taken from its group";
        return Err(refusal(why, "Enter the filter without its share group."));
    }
    if asks_for_everything(filter) && !sampling.everything {
        let why = format!("\"{filter}\" asks for everything that the broker has");
        let advice = "Enter a narrower filter, or agree to everything for this one look.";
        return Err(refusal(&why, advice));
    }
    let own = spec.subscriptions.iter();
    let known: Vec<String> = own.map(|some| some.filter.clone()).collect();
    let spec = ConnectionSpec {
        client_id: format!("{}-advisor", spec.client_id),
        session: Session::Clean,
        will: None,
        greetings: Vec::new(),
        subscriptions: vec![Subscription::new(filter, Qos::AtMostOnce)],
        ..spec
    };
    spec.check()
        .map_err(|error: Error| refusal(&error.to_string(), "Correct the filter."))?;
    let tally = Tally::new(filter, sampling.max_messages, known);
    let spec = Arc::new(spec);
    match spec.protocol {
        Protocol::Mqtt5 => Box::pin(listen::<v5::Reader>(spec, sampling, tally)).await,
        Protocol::Mqtt311 => Box::pin(listen::<v311::Reader>(spec, sampling, tally)).await,
    }
}

fn refusal(why: &str, advice: &str) -> DownReason {
    DownReason::new(DownKind::SubscriptionRefused, why, advice)
}

async fn listen<W: Wire>(
    spec: Arc<ConnectionSpec>,
    sampling: Sampling,
    mut tally: Tally,
) -> Result<FilterSample, DownReason> {
    let probe = Arc::new(Probe::default());
    probe.reset();
    let dialler = Dialler::new(Arc::clone(&spec), Arc::clone(&probe));
    let (client, mut wire) = W::open(&spec, dialler);
    let limit = spec.timing.connect_timeout;
    let begun = timeout(limit, begin(&client, &mut wire, &spec, &mut tally)).await;
    begun
        .unwrap_or(Err(Ended::Fault(Fault::Timeout)))
        .map_err(|ended| ended.explain(&spec, &probe))?;

    let started = Instant::now();
    let end = started + sampling.duration.min(LONGEST);
    while !tally.is_full() {
        match timeout_at(end, wire.poll()).await {
            Err(_) => break,
            Ok(Ok(got)) => tally.take(got),
            Ok(Err(fault)) => return Err(fault.explain(&spec, true, &probe)),
        }
    }
    let elapsed = started.elapsed();
    client.disconnect();
    let goodbye = async { while wire.poll().await.is_ok() {} };
    // It was only politeness: the stream is closed in any case.
    let _ = timeout(limit.min(Duration::from_secs(1)), goodbye).await;
    Ok(tally.sum(elapsed))
}

enum Ended {
    Fault(Fault),
    Refused(String),
}

impl Ended {
    fn explain(self, spec: &ConnectionSpec, probe: &Probe) -> DownReason {
        match self {
            Ended::Fault(fault) => fault.explain(spec, false, probe),
            Ended::Refused(detail) => {
                DownReason::subscriptions(&format!("the broker refused the filter: {detail}"))
            }
        }
    }
}

/// Connects and subscribes.
async fn begin<W: Wire>(
    client: &W::Client,
    wire: &mut W,
    spec: &ConnectionSpec,
    tally: &mut Tally,
) -> Result<(), Ended> {
    while !matches!(wire.poll().await.map_err(Ended::Fault)?, Got::Up { .. }) {}
    let mut answers = client
        .subscribe(&spec.subscriptions, false)
        .map_err(Ended::Refused)?;
    loop {
        select! {
            answers = &mut answers => {
                let refused = answers.into_iter().find_map(|answer| answer.result.err());
                return refused.map_or(Ok(()), |detail| Err(Ended::Refused(detail)));
            }
            got = wire.poll() => match got {
                Ok(got) => tally.take(got),
                Err(fault) if fault.is_closed() => {
                    return Err(Ended::Refused("it closed the connection".into()));
                }
                Err(fault) => return Err(Ended::Fault(fault)),
            },
        }
    }
}

/// Counts messages.
struct Tally {
    sample: FilterSample,
    max_messages: u64,
    /// Levels of a branch's name.
    depth: usize,
    /// Hashes of the topics seen.
    topics: HashSet<u64>,
    hasher: RandomState,
    /// Filters whose messages come already.
    known: Vec<String>,
    branches: HashMap<String, Branch>,
}

impl Tally {
    fn new(filter: &str, max_messages: u64, known: Vec<String>) -> Self {
        let open = filter
            .split('/')
            .position(|level| matches!(level, "+" | "#"));
        Tally {
            sample: FilterSample {
                filter: filter.into(),
                ..FilterSample::default()
            },
            max_messages: max_messages.max(1),
            depth: open.map_or(usize::MAX, |index| index + 1),
            topics: HashSet::new(),
            hasher: RandomState::new(),
            known,
            branches: HashMap::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.sample.messages + self.sample.retained >= self.max_messages
    }

    fn take<A>(&mut self, got: Got<A>) {
        if let Got::Message {
            topic,
            payload,
            retain,
            unread,
            ..
        } = got
            && !self.is_full()
        {
            let size = unread.map_or(payload.len(), |unread| unread.payload);
            self.count(&topic, size, retain);
        }
    }

    fn count(&mut self, topic: &Bytes, payload: usize, retain: bool) {
        let bytes = (topic.len() + payload) as u64;
        let sample = &mut self.sample;
        let (messages, sum) = if retain {
            (&mut sample.retained, &mut sample.retained_bytes)
        } else {
            (&mut sample.messages, &mut sample.bytes)
        };
        *messages += 1;
        *sum += bytes;
        sample.largest_payload = sample.largest_payload.max(payload);
        let hash = self.hasher.hash_one(topic);
        let has_room = self.topics.len() < MAX_TOPICS;
        let is_new = !self.topics.contains(&hash) && has_room && self.topics.insert(hash);
        sample.topics_capped |= !has_room && !self.topics.contains(&hash);
        let topic = String::from_utf8_lossy(topic);
        if self.known.iter().any(|filter| covers(filter, &topic)) {
            sample.known_topics += u64::from(is_new);
            sample.known_messages += u64::from(!retain);
        }
        let end = topic.match_indices('/').nth(self.depth.saturating_sub(1));
        let name = cut(&topic[..end.map_or(topic.len(), |(index, _)| index)]);
        let has_room = self.branches.len() < MAX_BRANCHES;
        if !has_room && !self.branches.contains_key(&name) {
            sample.elsewhere += 1;
            return;
        }
        let branch = self.branches.entry(name).or_default();
        branch.topics += u64::from(is_new);
        branch.messages += 1;
        branch.bytes += bytes;
    }

    fn sum(self, elapsed: Duration) -> FilterSample {
        let capped = self.is_full();
        let mut branches: Vec<_> = self
            .branches
            .into_iter()
            .map(|(name, branch)| Branch { name, ..branch })
            .collect();
        branches.sort_by(|a, b| {
            b.messages
                .cmp(&a.messages)
                .then_with(|| a.name.cmp(&b.name))
        });
        let seconds = elapsed.as_secs_f64();
        let each = |sum: u64| sum as f64 / seconds.max(1e-3);
        FilterSample {
            seconds,
            capped,
            topics: self.topics.len() as u64,
            messages_per_s: each(self.sample.messages),
            bytes_per_s: each(self.sample.bytes),
            branches,
            ..self.sample
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(filter: &str, topics: &[String]) -> FilterSample {
        let known = vec!["plant/a/#".into(), "office/#".into()];
        let mut tally = Tally::new(filter, u64::MAX, known);
        for topic in topics {
            let topic = Bytes::copy_from_slice(topic.as_bytes());
            tally.count(&topic, 2, false);
        }
        tally.sum(Duration::from_secs(2))
    }

    #[test]
    fn branches_begin_where_the_filter_is_open() {
        let topics = ["plant/a/x", "plant/a/y", "plant/b", "plant/a/x", "plant"].map(String::from);
        for (filter, names) in [
            ("#", vec![("plant", 4, 5)]),
            ("+/#", vec![("plant", 4, 5)]),
            (
                "plant/#",
                vec![("plant/a", 2, 3), ("plant", 1, 1), ("plant/b", 1, 1)],
            ),
            (
                "plant/+/x",
                vec![("plant/a", 2, 3), ("plant", 1, 1), ("plant/b", 1, 1)],
            ),
        ] {
            let sample = counted(filter, &topics);
            let found: Vec<_> = sample
                .branches
                .iter()
                .map(|branch| (branch.name.as_str(), branch.topics, branch.messages))
                .collect();
            assert_eq!(found, names, "{filter}");
            assert_eq!((sample.topics, sample.messages), (4, 5));
            assert!((sample.messages_per_s - 2.5).abs() < 1e-9);
            assert_eq!(sample.bytes, 9 + 9 + 7 + 9 + 5 + 10);
            assert_eq!((sample.known_topics, sample.known_messages), (2, 3));
        }
    }

    #[test]
    fn a_flood_of_topics_has_bounds() {
        let topics: Vec<_> = (0..MAX_TOPICS + 500).map(|n| format!("t{n}/x")).collect();
        let sample = counted("#", &topics);
        assert_eq!(sample.topics, MAX_TOPICS as u64);
        assert!(sample.topics_capped);
        assert_eq!(sample.branches.len(), MAX_BRANCHES);
        assert_eq!(sample.elsewhere, (topics.len() - MAX_BRANCHES) as u64);
    }
}
