//! What people ask of the driver.

use tokio::sync::oneshot;
use twin_core::{
    OccurrenceId, Quality, Reason, Timestamp,
    engine::{Input, LinkMark, OperatorAction},
    said,
};

use super::{
    LEDGER_PART,
    driver::Driver,
    job::Reply,
    request::{LedgerLook, LedgerRequest, Request},
    source::Source,
};
use crate::{
    api::alarm::AlarmRow,
    clock,
    error::{Error, Result, Thing},
};

/// A rebirth is asked of a node at most this often: a node that cannot satisfy it must not be stormed.
const REBIRTH_EVERY: twin_core::Duration = twin_core::Duration::from_secs(30);

impl Driver {
    pub(super) fn serve(&mut self, request: Request) {
        let now = clock::now();
        match request {
            Request::Acknowledge {
                occurrence,
                user,
                comment,
                reply,
            } => {
                self.acknowledge(now, occurrence, user, comment, reply);
            }
            Request::Rebirth {
                connection,
                node,
                reply,
            } => {
                // Whoever asked may have gone.
                let _ = reply.send(self.rebirth(&connection, &node, now));
            }
            Request::Ledger(request) => self.show_ledger(request),
            Request::Session { connection, reply } => {
                let _ = reply.send(self.source(&connection).map(Source::session));
            }
            Request::Stamps { connection, reply } => {
                let _ = reply.send(self.source(&connection).map(Source::stamps));
            }
            Request::Diagnose(request) => self.diagnose(request, now),
            Request::Ruled { reply, stored } => {
                let ruled = self.sources.values_mut().flat_map(Source::take_ruled);
                let ruled: Vec<_> = ruled.collect();
                if !ruled.is_empty() && !self.is_behind() {
                    self.outbox.stored.push(stored);
                }
                // Whoever asked may have gone: then the program ends.
                let _ = reply.send(ruled);
            }
            Request::PutPlant(new) => self.put_plant(*new),
            Request::PutSource(index, source) => {
                self.sources.insert(index, *source);
                self.show_connections();
            }
            Request::RemoveSource(id) => {
                self.empty(Some(&id));
                self.let_all_go();
                // While the connection that lost something is still known.
                let record = self.record_losses();
                self.outbox.absorb(record);
                let gone: Vec<_> = self
                    .sources
                    .extract_if(|_, source| source.id().as_str() == id)
                    .collect();
                for (index, source) in gone {
                    self.held.forget(index);
                    self.gone.dropped += source.dropped();
                    self.gone.rejected += source.rejected();
                    for event in source.end_of_conditions() {
                        self.step(now, Input::System(event));
                    }
                    let change = source.all(LinkMark::Set(Quality::bad(Reason::BrokerLost)));
                    self.step(now, Input::Link(change));
                }
                self.show_connections();
            }
            Request::Stop => {}
        }
    }

    /// Whoever asked may have gone.
    fn show_ledger(&self, request: LedgerRequest) {
        match request {
            LedgerRequest::Looks(reply) => {
                let looks = self.sources.values().map(|source| LedgerLook {
                    index: source.index(),
                    connection: source.id().clone(),
                    state: source.ledger().state(),
                });
                let mut looks: Vec<LedgerLook> = looks.collect();
                looks.sort_unstable_by_key(|look| look.index);
                let _ = reply.send(looks);
            }
            LedgerRequest::Descriptions { index, reply } => {
                let source = self.sources.get(&index);
                let _ = reply.send(source.map(|source| source.ledger().copy_descriptions()));
            }
            LedgerRequest::Part { index, from, reply } => {
                let source = self.sources.get(&index);
                let _ = reply.send(source.map(|source| source.ledger().part(from, LEDGER_PART)));
            }
            LedgerRequest::Some {
                index,
                numbers,
                reply,
            } => {
                let ledger = self.sources.get(&index).map(|source| source.ledger());
                let known = numbers
                    .iter()
                    .take(LEDGER_PART)
                    .filter_map(|number| ledger?.get(*number).cloned());
                let _ = reply.send(known.collect());
            }
        }
    }

    pub(super) fn source(&self, connection: &str) -> Result<&Source> {
        let mut sources = self.sources.values();
        let found = sources.find(|source| source.id().as_str() == connection);
        found.ok_or_else(|| Error::Unknown {
            what: Thing::Connection,
            id: connection.to_owned(),
        })
    }

    fn acknowledge(
        &mut self,
        now: Timestamp,
        occurrence: OccurrenceId,
        user: String,
        comment: String,
        reply: oneshot::Sender<Result<AlarmRow>>,
    ) {
        // One reply a job: earlier work leaves first. Without room history is not writable, and an acknowledgement
        // that is not stored must not be shown as done.
        self.flush();
        if self.is_behind() || self.outbox.reply.is_some() || self.jobs.capacity() == 0 {
            let refused = Error::Request(said!(
                "refused-acknowledgement",
                "the acknowledgement could not be stored, because history is not being written: see the status line, \
                 and acknowledge again once that is mended"
            ));
            let _ = reply.send(Err(refused));
            return;
        }
        let action = OperatorAction::Acknowledge {
            occurrence: occurrence.clone(),
            user,
            comment,
        };
        self.step(now, Input::Operator(action));
        self.outbox.reply = Some(Reply {
            occurrence,
            to: reply,
        });
    }

    fn rebirth(&mut self, connection: &str, node: &str, now: Timestamp) -> Result<()> {
        let source = self
            .sources
            .values_mut()
            .find(|source| source.id().as_str() == connection);
        let source = source.ok_or_else(|| Error::Unknown {
            what: Thing::Connection,
            id: connection.to_owned(),
        })?;
        source.request_rebirth(node, now)
    }

    /// A decoder cannot read a node's data without its birth: ask for it, where the plant file allows.
    pub(super) fn ask_rebirth_of_itself(&mut self, connection: &usize, node: &str, now: Timestamp) {
        let key = (*connection, node.to_owned());
        let recent = self
            .rebirths
            .get(&key)
            .is_some_and(|at| now.since(*at) < REBIRTH_EVERY);
        let Some(source) = self
            .sources
            .get_mut(connection)
            .filter(|source| source.allows_rebirth() && !recent)
        else {
            return;
        };
        match source.request_rebirth(node, now) {
            Ok(()) => {
                self.rebirths.insert(key, now);
            }
            Err(error) => tracing::warn!(node, "a rebirth could not be requested: {error}"),
        }
    }
}
