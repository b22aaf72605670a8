//! Diagnostics: what comes on each topic, one topic looked at closely, evidence of what was unreadable, and how the
//! program itself does.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use tokio::sync::oneshot;
use twin_core::{ConnectionId, Timestamp};

use super::App;
use crate::{
    api::diagnostics::{
        EvidencePage, EvidenceRow, EvidenceTotal, HealthView, RatesQuery, RatesView, SpanView,
        TapView, TappedMessage,
    },
    clock,
    error::{Error, Result},
    machine::{self, Process},
    pipeline::{
        meter::{Counts, Meter},
        request::{Depths, Diagnose, Request},
        source::hexadecimal,
    },
};

/// Looks that are kept, one every five seconds: figures are of the last minute.
const LOOKS: usize = 13;
const LOOK_EVERY: twin_core::Duration = twin_core::Duration::from_secs(5);
/// Unreadable messages of one answer.
const EVIDENCE_MAX: u32 = 50;

/// What is counted of the program, now and a minute ago.
#[derive(Debug)]
pub(super) struct Diagnostics {
    meter: Arc<Meter>,
    started: Timestamp,
    /// Oldest first.
    looks: Mutex<VecDeque<Look>>,
}

#[derive(Clone, Debug, Default)]
struct Look {
    at: Timestamp,
    twin: Counts,
    durable: Counts,
    commit: Counts,
    messages: u64,
    stored: u64,
    processes: Vec<Process>,
}

impl Look {
    fn take(meter: &Meter, now: Timestamp) -> Self {
        Look {
            at: now,
            twin: meter.twin.counts(),
            durable: meter.durable.counts(),
            commit: meter.commit.counts(),
            messages: meter.messages.load(Ordering::Relaxed),
            stored: meter.stored.load(Ordering::Relaxed),
            processes: machine::processes(),
        }
    }
}

impl Diagnostics {
    pub(super) fn new(meter: Arc<Meter>, now: Timestamp) -> Self {
        let looks = VecDeque::from([Look::take(&meter, now)]);
        Diagnostics {
            meter,
            started: now,
            looks: Mutex::new(looks),
        }
    }

    /// Looks at the program when it is time. To be called every second.
    pub(super) fn look(&self, now: Timestamp) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |last: &Look| now.since(last.at) >= LOOK_EVERY;
        if looks.back().is_none_or(is_due) {
            looks.push_back(Look::take(&self.meter, now));
            while looks.len() > LOOKS {
                looks.pop_front();
            }
        }
    }

    fn view(&self, now: Timestamp) -> HealthView {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let before = looks.front().cloned().unwrap_or_default();
        drop(looks);
        let look = Look::take(&self.meter, now);
        let seconds = now.since(before.at).secs_f64().max(0.1);
        let commits = look.commit.since(&before.commit);
        HealthView {
            over_s: seconds,
            started: self.started.micros() as f64,
            messages_per_s: (look.messages - before.messages) as f64 / seconds,
            stored_per_s: (look.stored - before.stored) as f64 / seconds,
            commits_per_s: commits.total() as f64 / seconds,
            spans: vec![
                span_view("twin", &look.twin.since(&before.twin)),
                span_view("durable", &look.durable.since(&before.durable)),
                span_view("commit", &commits),
            ],
            processes: machine::process_views(&look.processes, &before.processes, seconds),
            cores: std::thread::available_parallelism()
                .ok()
                .and_then(|cores| u32::try_from(cores.get()).ok())
                .unwrap_or(1),
            notices_left_out: self.meter.notices_left_out.load(Ordering::Relaxed) as f64,
            names_left_out: self.meter.names_left_out.load(Ordering::Relaxed) as f64,
            ..HealthView::default()
        }
    }
}

fn span_view(what: &str, counts: &Counts) -> SpanView {
    SpanView {
        what: what.to_owned(),
        count: counts.total() as f64,
        p50_ms: counts.at_most(0.5) as f64 / 1e3,
        p99_ms: counts.at_most(0.99) as f64 / 1e3,
    }
}

impl App {
    async fn diagnose<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Diagnose) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.ask(Request::Diagnose(request(reply))).await?;
        answer.await.map_err(|_| Error::Stopped)
    }

    /// What comes on the topics.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn rates(&self, query: RatesQuery) -> Result<RatesView> {
        self.diagnose(|reply| Diagnose::Rates { query, reply })
            .await
    }

    /// Keeps the messages of one topic from now on: the newest 20, until [`end_tap`](Self::end_tap), the next tap, or 10
    /// minutes in which nobody looked. A connection that is made anew ends it too.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub async fn start_tap(&self, connection: &str, topic: &str) -> Result<TapView> {
        let (connection, topic) = (connection.to_owned(), topic.to_owned());
        self.diagnose(|reply| Diagnose::Tap {
            connection,
            topic,
            reply,
        })
        .await?
    }

    /// The tap as it is now; none when there is none any more.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn tap(&self) -> Result<Option<TapView>> {
        self.diagnose(Diagnose::LookAtTap).await
    }

    /// One message of the tap; none when it is not kept any more.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn tapped(&self, number: f64) -> Result<Option<TappedMessage>> {
        self.diagnose(|reply| Diagnose::Tapped { number, reply })
            .await
    }

    /// Keeps no more messages.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn end_tap(&self) -> Result<()> {
        self.ask(Request::Diagnose(Diagnose::EndTap)).await
    }

    /// Unreadable messages by connection and reason, since history began.
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn evidence_totals(&self) -> Result<Vec<EvidenceTotal>> {
        let totals = self.historian.reject_totals().await?.into_iter();
        let view = |total: twin_historian::RejectTotal| EvidenceTotal {
            connection: total.connection.to_string(),
            reason: total.reason,
            total: total.total as f64,
            kept: total.kept as f64,
        };
        Ok(totals.map(view).collect())
    }

    /// The unreadable messages of one connection and reason that history keeps, the newest first, at most 50: those before
    /// the message with number `before` when there is one.
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn evidence(
        &self,
        connection: &str,
        reason: &str,
        before: Option<f64>,
    ) -> Result<EvidencePage> {
        let totals = self.evidence_totals().await?;
        let is_it = |of: &&EvidenceTotal| of.connection == connection && of.reason == reason;
        let (total, kept) = totals
            .iter()
            .find(is_it)
            .map_or((0.0, 0.0), |of| (of.total, of.kept));
        let connection = ConnectionId::from(connection);
        let before = before.map(|number| number as i64);
        let mut rejects = self
            .historian
            .rejects_of(&connection, reason, before, EVIDENCE_MAX + 1)
            .await?;
        let more = rejects.len() > EVIDENCE_MAX as usize;
        rejects.truncate(EVIDENCE_MAX as usize);
        let view = |reject: twin_historian::KeptReject| EvidenceRow {
            number: reject.number as f64,
            topic: reject.topic,
            detail: reject.detail,
            at: reject.received.micros() as f64,
            bytes: reject.length.map(|bytes| bytes as f64),
            kept_bytes: reject.stored as f64,
        };
        Ok(EvidencePage {
            rows: rejects.into_iter().map(view).collect(),
            total,
            kept,
            more,
        })
    }

    /// What is kept of the payload of an unreadable message, in hexadecimal digits, two a byte; none when it is not kept
    /// any more.
    ///
    /// # Errors
    /// [`Error::History`].
    pub async fn evidence_payload(&self, connection: &str, number: f64) -> Result<Option<String>> {
        let connection = ConnectionId::from(connection);
        let payload = self.historian.reject_payload(&connection, number as i64);
        Ok(payload.await?.as_deref().map(hexadecimal))
    }

    /// How the program itself does.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn health(&self) -> Result<HealthView> {
        let Depths {
            queues,
            scores_skipped,
            gone_dropped,
            gone_rejected,
        } = self.diagnose(Diagnose::Depths).await?;
        let disk = machine::disk(self.workspace.dir());
        Ok(HealthView {
            queues,
            scores_skipped: scores_skipped as f64,
            gone_dropped: gone_dropped as f64,
            gone_rejected: gone_rejected as f64,
            history_bytes: self.historian.size_bytes() as f64,
            journal_samples: self.historian.tail_samples() as f64,
            disk_free: disk.map(|(free, _)| free as f64),
            disk_bytes: disk.map(|(_, all)| all as f64),
            ..self.diagnostics.view(clock::now())
        })
    }
}
