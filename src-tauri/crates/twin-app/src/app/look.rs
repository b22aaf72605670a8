//! Looks at the other side of a connection: each is a task that a person can ask about and cancel. There is one at a time:
//! the next ends the one before.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use tokio::{task::AbortHandle, time::Instant};
use twin_connect::{
    ConnectionSpec, DownReason, Sampling,
    coap::{self, CoapSpec},
    sample_filter,
};
use twin_core::said;
use twin_model::{Connection, Kind, Limits};

use super::{App, doctor::Examined};
use crate::{
    api::{
        connection::{ConnectionForm, NoticeView, TestReportView},
        look::{FilterView, LookRequest, LookView, OfferView},
    },
    connections::{down_notice, filter_view, offer_view, spec_of, target_of},
    error::{Error, Result, Thing},
    running::coap_spec,
};

/// How long a filter is listened to.
const LISTEN: Duration = Duration::from_secs(10);
/// So many messages end listening before.
const MESSAGES_MAX: u64 = 1_000_000;
/// How long a device may take to say what it has.
const OFFER_TIMEOUT: Duration = Duration::from_secs(15);

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
            what: Thing::Look,
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
                    return Err(Error::Request(said!(
                        "refused-no-filters",
                        "only MQTT has topic filters"
                    )));
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
                    return Err(Error::Request(said!(
                        "refused-no-resources",
                        "only CoAP has resources"
                    )));
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
                message: said!("look-broken", "the look ended without a result").into(),
                advice: said!(
                    "look-broken-advice",
                    "Try again, and look into the log of the program."
                )
                .into(),
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
    Found::Nothing(down_notice(&reason))
}

#[cfg(test)]
mod tests {
    use super::*;

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
