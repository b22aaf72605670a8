//! Looks at the other side of a connection: each is a task that a person can ask about and cancel. There is one at a time:
//! the next ends the one before.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{task::AbortHandle, time::Instant};
use twin_connect::{
    ConnectionSpec, DownReason, FilterSample, Sampling,
    coap::{self, CoapSpec, Links, media_type},
    sample_filter,
};
use twin_model::{Connection, Kind, Limits};

use super::{App, doctor::Examined};
use crate::{
    api::{
        connection::{ConnectionForm, NoticeView, TestReportView},
        look::{BranchView, FilterView, LookRequest, LookView, OfferView, OfferedView},
    },
    connections::{spec_of, target_of},
    error::{Error, Result},
    running::coap_spec,
};

/// How long a filter is listened to.
const LISTEN: Duration = Duration::from_secs(10);
/// So many messages end listening before.
const MESSAGES_MAX: u64 = 1_000_000;
/// How long a device may take to say what it has.
const OFFER_TIMEOUT: Duration = Duration::from_secs(15);
/// So many branches are shown.
const BRANCHES_MAX: usize = 50;
/// So many resources are shown.
const OFFERED_MAX: usize = 500;
/// Where a device says what it has (RFC 6690, section 4): no resource to be read.
const WELL_KNOWN: &str = "/.well-known/core";

/// The look that goes on or was the last.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    number: u32,
    look: Option<Look>,
}

#[derive(Debug)]
struct Look {
    began: Instant,
    whole: Option<Duration>,
    task: AbortHandle,
    /// With the time that it took.
    ended: Arc<OnceLock<(Duration, Found)>>,
}

/// What came of a look.
#[derive(Clone, Debug)]
enum Found {
    Test(TestReportView),
    Filter(FilterView),
    Resources(OfferView),
    Nothing(NoticeView),
}

/// A look that is about to be taken: it needs nothing of the program any more.
enum Work {
    Test(Examined),
    Filter {
        spec: Box<ConnectionSpec>,
        filter: String,
        everything: bool,
        limits: Limits,
    },
    Resources(Box<CoapSpec>),
}

impl App {
    /// Begins a look and gives how far it is. A look that still goes on is cancelled.
    ///
    /// # Errors
    /// When the form is incomplete, or asks for what its kind of connection does not have.
    pub async fn start_look(&self, request: LookRequest) -> Result<LookView> {
        let work = self.work_of(request).await?;
        Ok(self.looks.start(work))
    }

    /// How far a look is, and what it found.
    ///
    /// # Errors
    /// [`Error::Unknown`] when it was cancelled or another one was begun.
    pub fn look(&self, number: u32) -> Result<LookView> {
        self.looks.view(number).ok_or_else(|| Error::Unknown {
            what: "look",
            id: number.to_string(),
        })
    }

    /// Ends a look, if it still goes on, and forgets it.
    pub fn cancel_look(&self, number: u32) {
        self.looks.cancel(number);
    }

    async fn work_of(&self, request: LookRequest) -> Result<Work> {
        match request {
            LookRequest::Test { form } => Ok(Work::Test(self.examined(&form).await?)),
            LookRequest::Filter {
                form,
                filter,
                everything,
            } => {
                let (connection, known) = self.target(&form)?;
                if connection.kind != Kind::Mqtt {
                    return Err(Error::Request("only MQTT has topic filters".into()));
                }
                let limits = connection.limits;
                let mut spec = spec_of(&self.workspace, &connection, form.password.clone())?;
                // What comes already is what the connection subscribes to as it is saved, not as it is being edited.
                spec.subscriptions = match known {
                    Some(known) => spec_of(&self.workspace, &known, None)?.subscriptions,
                    None => Vec::new(),
                };
                let filter = filter.trim().to_owned();
                Ok(Work::Filter {
                    spec: Box::new(spec),
                    filter,
                    everything,
                    limits,
                })
            }
            LookRequest::Resources { form } => {
                let (connection, _) = self.target(&form)?;
                if connection.kind != Kind::Coap {
                    return Err(Error::Request("only CoAP has resources".into()));
                }
                let spec = coap_spec(&self.workspace, &connection, form.password.clone())?;
                Ok(Work::Resources(Box::new(spec)))
            }
        }
    }

    /// The connection of a form that need not be complete, and the one of the plant file with its id that leads to the same
    /// place.
    fn target(&self, form: &ConnectionForm) -> Result<(Connection, Option<Connection>)> {
        let existing = self.workspace.plant().map(|plant| plant.connections);
        let mut existing = existing.unwrap_or_default();
        let connection = target_of(form, &existing)?;
        existing.retain(|other| {
            other.id == connection.id
                && (&other.host, other.port) == (&connection.host, connection.port)
        });
        Ok((connection, existing.pop()))
    }
}

impl Looks {
    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, work: Work) -> LookView {
        let mut last = self.last();
        if let Some(before) = last.look.take() {
            before.task.abort();
        }
        last.number = last.number.wrapping_add(1);
        let ended = Arc::new(OnceLock::new());
        let (whole, began) = (work.whole(), Instant::now());
        let place = Arc::clone(&ended);
        let task = tokio::spawn(async move {
            let found = work.look().await;
            // Nobody else sets it.
            let _ = place.set((began.elapsed(), found));
        });
        let look = Look {
            began,
            whole,
            task: task.abort_handle(),
            ended,
        };
        let view = look.view(last.number);
        last.look = Some(look);
        view
    }

    fn view(&self, number: u32) -> Option<LookView> {
        let last = self.last();
        let look = last.look.as_ref().filter(|_| last.number == number)?;
        Some(look.view(number))
    }

    fn cancel(&self, number: u32) {
        let mut last = self.last();
        if last.number == number
            && let Some(look) = last.look.take()
        {
            look.task.abort();
        }
    }

    /// Ends whatever goes on.
    pub(super) fn end(&self) {
        let number = self.last().number;
        self.cancel(number);
    }
}

impl Look {
    fn view(&self, number: u32) -> LookView {
        let ended = self.ended.get();
        let took = ended.map_or_else(|| self.began.elapsed(), |(took, _)| *took);
        // A task that ended without a result has panicked.
        let broken = ended.is_none() && self.task.is_finished();
        let mut view = LookView {
            number,
            running: ended.is_none() && !broken,
            seconds: took.as_secs_f64(),
            whole_s: self.whole.map(|whole| whole.as_secs_f64()),
            failure: broken.then(|| NoticeView {
                message: "the look ended without a result".into(),
                advice: "Try again, and look into the log of the program.".into(),
            }),
            test: None,
            filter: None,
            resources: None,
        };
        match ended.map(|(_, found)| found.clone()) {
            None => {}
            Some(Found::Test(report)) => view.test = Some(report),
            Some(Found::Filter(filter)) => view.filter = Some(filter),
            Some(Found::Resources(offer)) => view.resources = Some(offer),
            Some(Found::Nothing(why)) => view.failure = Some(why),
        }
        view
    }
}

impl Work {
    const fn whole(&self) -> Option<Duration> {
        match self {
            Work::Filter { .. } => Some(LISTEN),
            Work::Test(_) | Work::Resources(_) => None,
        }
    }

    async fn look(self) -> Found {
        match self {
            Work::Test(examined) => Found::Test(examined.look().await),
            Work::Filter {
                spec,
                filter,
                everything,
                limits,
            } => {
                let sampling = Sampling {
                    duration: LISTEN,
                    max_messages: MESSAGES_MAX,
                    everything,
                };
                match sample_filter(*spec, &filter, sampling).await {
                    Ok(sample) => Found::Filter(filter_view(sample, &limits)),
                    Err(reason) => nothing(reason),
                }
            }
            Work::Resources(spec) => match coap::discover(&spec, OFFER_TIMEOUT).await {
                Ok(links) => Found::Resources(offer_view(links)),
                Err(reason) => nothing(reason),
            },
        }
    }
}

fn nothing(reason: DownReason) -> Found {
    Found::Nothing(NoticeView {
        message: reason.message,
        advice: reason.advice,
    })
}

fn filter_view(sample: FilterSample, limits: &Limits) -> FilterView {
    let doubts = doubts(&sample, limits);
    let branch = |branch: twin_connect::Branch| BranchView {
        name: branch.name,
        topics: branch.topics as f64,
        messages: branch.messages as f64,
        bytes: branch.bytes as f64,
    };
    let cut = sample.branches.iter().skip(BRANCHES_MAX);
    let cut: u64 = cut.map(|branch| branch.messages).sum();
    let seconds = sample.seconds.max(1e-3);
    FilterView {
        seconds: sample.seconds,
        capped: sample.capped,
        topics: sample.topics as f64,
        topics_capped: sample.topics_capped,
        known_topics: sample.known_topics as f64,
        messages_per_s: sample.messages_per_s,
        known_messages_per_s: sample.known_messages as f64 / seconds,
        bytes_per_s: sample.bytes_per_s,
        retained: sample.retained as f64,
        largest_payload: sample.largest_payload as f64,
        elsewhere: (sample.elsewhere + cut) as f64,
        branches: sample
            .branches
            .into_iter()
            .take(BRANCHES_MAX)
            .map(branch)
            .collect(),
        filter: sample.filter,
        doubts,
    }
}

fn kilobytes(bytes: f64) -> String {
    format!("{:.1} kB", bytes / 1e3)
}

/// Where a filter would reach the limits of the connection.
fn doubts(sample: &FilterSample, limits: &Limits) -> Vec<NoticeView> {
    let own = twin_payload::Limits::default();
    let topics = limits.topics.map_or(own.topics as u64, u64::from);
    let packet = limits.packet.unwrap_or(own.payload_bytes as u64);
    let mut doubts = Vec::new();
    let mut doubt = |message: String, advice: &str| {
        doubts.push(NoticeView {
            message,
            advice: advice.into(),
        });
    };
    if sample.topics >= topics || sample.topics_capped {
        doubt(
            format!("it brings at least as many topics as the connection may have ({topics})"),
            "Name narrower topics, or raise the limit on topics.",
        );
    }
    if sample.largest_payload as u64 > packet {
        doubt(
            format!(
                "its largest message has {}, and the connection takes {}",
                kilobytes(sample.largest_payload as f64),
                kilobytes(packet as f64)
            ),
            "Raise the limit on messages, or leave that topic out.",
        );
    }
    if let Some(rate) = limits.rate
        && sample.messages_per_s > f64::from(rate)
    {
        doubt(
            format!(
                "it brings {:.0} messages a second, and the connection takes {rate}",
                sample.messages_per_s
            ),
            "Raise the limit on messages a second, or name narrower topics.",
        );
    }
    if let Some(rate) = limits.rate_bytes
        && sample.bytes_per_s > rate as f64
    {
        doubt(
            format!(
                "it brings {} a second, and the connection takes {}",
                kilobytes(sample.bytes_per_s),
                kilobytes(rate as f64)
            ),
            "Raise the limit on data a second, or name narrower topics.",
        );
    }
    doubts
}

fn offer_view(links: Links) -> OfferView {
    let total = links.links.len() + links.left_out;
    let mut seen = HashSet::new();
    let is_own = |link: &coap::Link| {
        link.path.starts_with('/') && link.path != WELL_KNOWN && seen.insert(link.path.clone())
    };
    let known = links.links.iter().filter(|link| link.path == WELL_KNOWN);
    let known = known.count();
    let resources: Vec<OfferedView> = links
        .links
        .into_iter()
        .filter(is_own)
        .take(OFFERED_MAX)
        .map(offered)
        .collect();
    OfferView {
        left_out: (total - known - resources.len()) as f64,
        resources,
    }
}

fn offered(link: coap::Link) -> OfferedView {
    let format = link.content_format.map(|number| {
        media_type(number).map_or_else(|| format!("content format {number}"), String::from)
    });
    let size = link.size.map(|bytes| format!("about {bytes} bytes"));
    let about = [link.title, link.resource_type, link.interface, format, size];
    let about: Vec<String> = about
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    OfferedView {
        path: link.path,
        observable: link.observable,
        about: about.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use twin_connect::Branch;

    use super::*;

    fn sample() -> FilterSample {
        let branch = |number: u64| Branch {
            name: format!("b{number}"),
            topics: 1,
            messages: 100 - number,
            bytes: 10,
        };
        FilterSample {
            filter: "plant/#".into(),
            seconds: 10.0,
            topics: 60,
            messages: 5_000,
            messages_per_s: 500.0,
            bytes_per_s: 2e4,
            largest_payload: 2_000_000,
            branches: (0..60).map(branch).collect(),
            elsewhere: 7,
            known_topics: 20,
            known_messages: 1_000,
            ..FilterSample::default()
        }
    }

    #[test]
    fn what_is_not_shown_of_a_sample_is_counted() {
        let view = filter_view(sample(), &Limits::default());
        assert_eq!(view.branches.len(), BRANCHES_MAX);
        let cut: u64 = (50..60).map(|number| 100 - number).sum();
        assert_eq!(view.elsewhere, (7 + cut) as f64);
        assert_eq!(
            (view.known_topics, view.known_messages_per_s),
            (20.0, 100.0)
        );
    }

    #[test]
    fn limits_that_a_filter_would_reach_are_named() {
        let limits = Limits {
            topics: Some(60),
            rate: Some(499),
            rate_bytes: Some(19_999),
            packet: None,
        };
        let found = filter_view(sample(), &limits).doubts;
        let words = [
            "topics",
            "largest message",
            "500 messages a second",
            "20.0 kB a second",
        ];
        assert_eq!(found.len(), words.len(), "{found:?}");
        for (doubt, word) in found.iter().zip(words) {
            assert!(doubt.message.contains(word), "{doubt:?}");
            assert!(!doubt.advice.is_empty());
        }
        let wide = Limits {
            packet: Some(3_000_000),
            ..Limits::default()
        };
        assert_eq!(filter_view(sample(), &wide).doubts, []);
    }

    #[test]
    fn what_a_device_has_is_listed_without_what_cannot_be_read() {
        let link = |path: &str| coap::Link {
            path: path.into(),
            title: Some("Level".into()),
            content_format: Some(50),
            ..coap::Link::default()
        };
        let paths = ["/level", WELL_KNOWN, "coap://other/x", "/level"];
        let view = offer_view(Links {
            links: paths.into_iter().map(link).collect(),
            left_out: 2,
        });
        let [level] = &view.resources[..] else {
            panic!("{view:?}");
        };
        assert_eq!(level.about, "Level, application/json");
        assert_eq!(view.left_out, 4.0);
        let many = (0..600).map(|number| link(&format!("/{number}"))).collect();
        let view = offer_view(Links {
            links: many,
            left_out: 0,
        });
        assert_eq!((view.resources.len(), view.left_out), (500, 100.0));
    }

    #[tokio::test]
    async fn a_new_look_ends_the_one_before_and_a_cancelled_one_is_forgotten() {
        let looks = Looks::default();
        let mute = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = mute.local_addr().unwrap().port();
        let ask = || Work::Resources(Box::new(CoapSpec::new("127.0.0.1", port)));
        let first = looks.start(ask());
        assert!(first.running && first.whole_s.is_none());
        let task = looks
            .last()
            .look
            .as_ref()
            .map(|look| look.task.clone())
            .unwrap();
        let second = looks.start(ask());
        assert_eq!(looks.view(first.number), None);
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        looks.cancel(first.number);
        assert!(looks.view(second.number).is_some_and(|view| view.running));
        looks.cancel(second.number);
        assert_eq!(looks.view(second.number), None);
    }

    #[tokio::test]
    async fn a_look_that_fails_says_why() {
        let looks = Looks::default();
        let port = std::net::UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let begun = looks.start(Work::Resources(Box::new(CoapSpec::new("127.0.0.1", port))));
        let view = loop {
            let view = looks.view(begun.number).unwrap();
            if !view.running {
                break view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let failure = view.failure.unwrap();
        assert!(!failure.message.is_empty() && !failure.advice.is_empty());
        assert_eq!((view.test, view.filter, view.resources), (None, None, None));
    }
}
