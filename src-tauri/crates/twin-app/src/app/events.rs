//! What happened to an asset: alarms, quality, its link, births, unreadable messages and what people did, in one order.

use std::collections::HashSet;

use twin_core::{
    ConnectionId, SignalKey, Timestamp,
    alarm::{AlarmState, AlarmTransition, Cause},
    said,
};
use twin_historian::{AuditRecord, Concern, LinkTransition, QualityChange, Reject};
use twin_model::Asset;

use super::{
    App,
    device::{addresses_of, asset_of, topic_of},
};
use crate::{
    api::{
        connection::LinkStateView,
        events::{AlarmChange, AssetEvent, EventKind, EventWhat, EventsPage, EventsQuery},
    },
    compile::Compiled,
    error::{Error, Result, Thing},
    system,
};

/// Most events of one page.
const PAGE_MAX: u32 = 200;
/// Rows read of each store. More than any page holds, so that all of one instant are among them: an asset has at most
/// 1,000 signals.
const READ: u32 = 1_500;

impl App {
    /// Events of an asset, the newest first.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Request`] when the instant is no number, [`Error::History`].
    pub async fn asset_events(&self, query: &EventsQuery) -> Result<EventsPage> {
        if query.before.is_nan() {
            return Err(Error::Request(said!(
                "refused-instant",
                "an instant is a number of microseconds"
            )));
        }
        let around = Around::of(&self.compiled(), &query.asset)?;
        let before = Timestamp(query.before as i64);
        let wants = |kind| query.kinds.is_empty() || query.kinds.contains(&kind);
        let alarms = self.historian.alarms();
        let mut events: Vec<AssetEvent> = Vec::new();
        if wants(EventKind::Alarm) {
            let rows = alarms
                .transitions_of_asset(&query.asset, before, READ)
                .await?;
            events.extend(rows.iter().map(|(_, transition)| alarm_event(transition)));
        }
        if wants(EventKind::Quality) {
            let rows = self
                .historian
                .quality_changes_before(&around.signals, before, READ)
                .await?;
            events.extend(rows.iter().map(quality_event));
        }
        if let Some(connection) = &around.connection {
            let wanted = [EventKind::Link, EventKind::Birth, EventKind::Unreadable].map(wants);
            self.connection_events(connection, &around.topics, before, wanted, &mut events)
                .await?;
        }
        if wants(EventKind::Audit) {
            let rows = alarms
                .audit_concerning(&around.concern, before, READ)
                .await?;
            events.extend(rows.into_iter().map(audit_event));
        }
        Ok(page(events, query.limit.clamp(1, PAGE_MAX) as usize))
    }

    /// What came by a connection and how it stood, as far as it is wanted: links, births, unreadable messages.
    async fn connection_events(
        &self,
        connection: &ConnectionId,
        topics: &[String],
        before: Timestamp,
        [links, births, unreadable]: [bool; 3],
        events: &mut Vec<AssetEvent>,
    ) -> Result<()> {
        if links {
            let rows = self
                .historian
                .links_before(connection, before, READ)
                .await?;
            events.extend(rows.into_iter().map(link_event));
        }
        if births {
            let rows = self
                .historian
                .births_before(connection, topics, before)
                .await?;
            events.extend(rows.into_iter().map(|birth| birth_event(connection, birth)));
        }
        if unreadable {
            let rows = self
                .historian
                .rejects_before(connection, topics, before, READ)
                .await?;
            events.extend(rows.into_iter().map(reject_event));
        }
        Ok(())
    }
}

/// What the events of an asset are looked for by.
struct Around {
    /// None: it has no connection.
    connection: Option<ConnectionId>,
    signals: Vec<SignalKey>,
    topics: Vec<String>,
    concern: Concern,
}

impl Around {
    /// Of an asset of the plant, or of one that tells of the program.
    fn of(compiled: &Compiled, id: &str) -> Result<Around> {
        if system::is_system(id) {
            return Around::of_system(compiled, id);
        }
        let asset = asset_of(compiled, id)?;
        let own = addresses_of(compiled, asset);
        Ok(Around {
            connection: Some(asset.connection.clone()),
            signals: own.iter().map(|(_, key)| *key).collect(),
            topics: topics(own.iter().map(|(address, _)| *address)),
            concern: concern(asset),
        })
    }

    fn of_system(compiled: &Compiled, id: &str) -> Result<Around> {
        let system = compiled.system.iter();
        let own: Vec<_> = system
            .filter(|signal| signal.asset().as_str() == id)
            .collect();
        let Some(first) = own.first() else {
            return Err(Error::Unknown {
                what: Thing::Asset,
                id: id.to_owned(),
            });
        };
        let connection = first.connection.clone();
        Ok(Around {
            signals: own.iter().map(|signal| signal.key).collect(),
            topics: Vec::new(),
            concern: Concern {
                subjects: connection.iter().map(ToString::to_string).collect(),
                actions: vec!["plant-file".to_owned()],
                listed: id.to_owned(),
            },
            connection,
        })
    }
}

/// The newest of some events; whole instants, so that the next page begins behind one.
fn page(mut events: Vec<AssetEvent>, limit: usize) -> EventsPage {
    events.sort_by(|a, b| b.at.total_cmp(&a.at));
    let last = events.get(limit - 1).map(|event| event.at);
    let end = last.map_or(events.len(), |last| {
        events.partition_point(|event| event.at >= last)
    });
    let more = events.len() > end;
    events.truncate(end);
    EventsPage { rows: events, more }
}

/// The entries of the audit trail that concern an asset: of it, its connection and its type, and edits of the plant file.
fn concern(asset: &Asset) -> Concern {
    Concern {
        subjects: vec![asset.connection.to_string(), asset.type_id.clone()],
        actions: vec!["plant-file".to_owned()],
        listed: asset.id.to_string(),
    }
}

/// The topics of messages that values of some addresses come in; Sparkplug's addresses leave the message type out.
fn topics<'a>(addresses: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: HashSet<String> = HashSet::new();
    for topic in addresses.map(topic_of).collect::<HashSet<&str>>() {
        let levels: Vec<&str> = topic.split('/').collect();
        match levels.as_slice() {
            [root @ "spBv1.0", group, node, device @ ..] if device.len() < 2 => {
                for what in ["BIRTH", "DATA", "DEATH"] {
                    found.insert(format!("{root}/{group}/N{what}/{node}"));
                    found.extend(
                        device
                            .iter()
                            .map(|id| format!("{root}/{group}/D{what}/{node}/{id}")),
                    );
                }
            }
            _ => drop(found.insert(topic.to_owned())),
        }
    }
    let mut found: Vec<String> = found.into_iter().collect();
    found.sort_unstable();
    found
}

fn event(at: Timestamp, what: EventWhat) -> AssetEvent {
    AssetEvent {
        at: at.micros() as f64,
        what,
    }
}

fn alarm_event(of: &AlarmTransition) -> AssetEvent {
    let (change, user, comment) = match &of.cause {
        Cause::Raised => (AlarmChange::Raised, "", ""),
        Cause::Returned => (AlarmChange::Returned, "", ""),
        Cause::Acknowledged { user, comment } => {
            (AlarmChange::Acknowledged, user.as_str(), comment.as_str())
        }
        Cause::Removed => (AlarmChange::Removed, "", ""),
    };
    let number = |number: f64| Some(number).filter(|number| number.is_finite());
    let what = EventWhat::Alarm {
        occurrence: of.occurrence.to_string(),
        change,
        rule: of.kind.name().to_owned(),
        priority: of.priority.number(),
        acknowledged: !matches!(of.to, AlarmState::UnackActive | AlarmState::UnackReturned),
        limit: number(of.limit),
        value: number(of.value),
        signal: of.signal.0,
        user: user.to_owned(),
        comment: comment.to_owned(),
    };
    event(of.at, what)
}

fn quality_event(of: &QualityChange) -> AssetEvent {
    let [status, reason] = of.quality.to_bytes();
    let what = EventWhat::Quality {
        status,
        reason,
        signal: of.signal.0,
        signals: of.signals,
    };
    event(of.at, what)
}

fn link_event(of: LinkTransition) -> AssetEvent {
    let state = LinkStateView::of_name(&of.state);
    let what = EventWhat::Link {
        connection: of.connection.to_string(),
        // Of one that is up history says whether it missed anything.
        reason: if state == LinkStateView::Up {
            String::new()
        } else {
            of.reason
        },
        state,
    };
    event(of.at, what)
}

fn birth_event(connection: &ConnectionId, (topic, at): (String, Timestamp)) -> AssetEvent {
    let connection = connection.to_string();
    event(at, EventWhat::Birth { connection, topic })
}

fn reject_event(of: Reject) -> AssetEvent {
    let what = EventWhat::Unreadable {
        connection: of.connection.to_string(),
        topic: of.topic,
        reason: of.reason,
        detail: of.detail,
    };
    event(of.received, what)
}

fn audit_event(of: AuditRecord) -> AssetEvent {
    let what = EventWhat::Audit {
        seq: of.seq as f64,
        user: of.entry.user,
        action: of.entry.action,
        subject: of.entry.subject,
        detail: of.entry.detail,
    };
    event(of.entry.at, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_an_instant() {
        let of = |at: i64| {
            event(
                Timestamp(at),
                EventWhat::Birth {
                    connection: "c".into(),
                    topic: "t".into(),
                },
            )
        };
        let all = || [5, 3, 9, 3, 1, 3].map(of).to_vec();
        let times = |page: &EventsPage| {
            page.rows
                .iter()
                .map(|row| row.at as i64)
                .collect::<Vec<_>>()
        };
        let first = page(all(), 3);
        assert_eq!((times(&first), first.more), (vec![9, 5, 3, 3, 3], true));
        let whole = page(all(), 6);
        assert_eq!((times(&whole), whole.more), (vec![9, 5, 3, 3, 3, 1], false));
        assert_eq!(page(Vec::new(), 1), EventsPage::default());
    }

    #[test]
    fn topics_of_sparkplug_have_their_message_types_back() {
        let found = topics(["spBv1.0/g/n/d#m", "spBv1.0/g/n/d#o", "plant/p-1#flow"].into_iter());
        let mut expected = vec!["plant/p-1".to_owned()];
        for what in ["BIRTH", "DATA", "DEATH"] {
            expected.push(format!("spBv1.0/g/D{what}/n/d"));
            expected.push(format!("spBv1.0/g/N{what}/n"));
        }
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
