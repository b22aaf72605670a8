//! What was found at one instant.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use twin_core::{ConnectionId, Duration, Said, Timestamp, said};
use twin_discover::{Heard, Ledger, Proposal, propose};
use twin_model::Plant;

use super::rows::{choice_of, convention_of, row, signal};
use crate::{
    api::{
        discovery::{DiscoveryQuery, DiscoveryView, ProposalCount, ProposalRow, ProposalView},
        said::SaidView,
    },
    compile::Compiled,
    pipeline::request::LedgerLook,
};

/// Proposals in one answer.
const PAGE: usize = 200;
/// Signals in one answer.
const SIGNALS: usize = 2_000;
/// Places and types in one answer.
const CHOICES: usize = 1_000;

/// Proposals and what they were made of.
#[derive(Debug)]
pub struct Found {
    /// The plant that they are no part of.
    pub compiled: Arc<Compiled>,
    /// Rises with every time that proposals are made.
    pub version: u32,
    /// When they were made.
    pub made: Timestamp,
    /// How long that took.
    pub cost: Duration,
    /// By connection and source.
    pub proposals: Vec<Proposal>,
    by_id: HashMap<String, usize>,
    by_connection: Vec<ProposalCount>,
    by_convention: Vec<ProposalCount>,
    ledgers: HashMap<ConnectionId, (LedgerLook, Ledger)>,
}

impl Found {
    /// Makes proposals; `written` is what stands in the plant file. Takes as long as a second for 100,000 addresses.
    pub fn make(
        ledgers: Vec<(LedgerLook, Ledger)>,
        compiled: Arc<Compiled>,
        written: &Plant,
        version: u32,
    ) -> Found {
        let of = |(look, ledger): (LedgerLook, Ledger)| (look.connection.clone(), (look, ledger));
        let ledgers: HashMap<_, _> = ledgers.into_iter().map(of).collect();
        let in_order = compiled.plant.connections.iter().filter_map(|connection| {
            let (_, ledger) = ledgers.get(&connection.id)?;
            Some((&connection.id, ledger))
        });
        let proposals = propose(&in_order.collect::<Vec<_>>(), &compiled.plant, written);
        let ids = proposals.iter().map(|proposal| proposal.id.clone());
        let (by_connection, by_convention) = counts(&proposals, &compiled.plant);
        Found {
            by_id: ids.zip(0..).collect(),
            by_connection,
            by_convention,
            proposals,
            ledgers,
            compiled,
            version,
            made: Timestamp::MIN,
            cost: Duration::ZERO,
        }
    }

    /// Whether nothing new was heard since.
    pub fn looks_like(&self, looks: &[LedgerLook]) -> bool {
        looks.len() == self.ledgers.len()
            && looks.iter().all(|look| {
                let known = self.ledgers.get(&look.connection);
                known.is_some_and(|(known, _)| {
                    known.index == look.index && known.state.version == look.state.version
                })
            })
    }

    /// The proposal with this id.
    pub fn proposal(&self, id: &str) -> Option<&Proposal> {
        self.proposals.get(*self.by_id.get(id)?)
    }

    /// Which values of a proposal to ask for: the number of its connection in this run, and those of its addresses.
    pub fn numbers(&self, proposal: &Proposal) -> Option<(usize, Vec<u32>)> {
        let (look, _) = self.ledgers.get(&proposal.connection)?;
        let signals = proposal.signals.iter().take(SIGNALS);
        Some((
            look.index,
            signals.filter_map(|signal| signal.number).collect(),
        ))
    }

    /// A proposal with its signals, `newest` being what is known of them by now.
    pub fn view_of(&self, proposal: &Proposal, newest: Vec<Heard>) -> ProposalView {
        let newest: HashMap<u32, Heard> = newest.into_iter().map(|of| (of.number, of)).collect();
        let ledger = self.ledgers.get(&proposal.connection);
        let signals = proposal.signals.iter().take(SIGNALS);
        let signals = signals.map(|of| {
            let newest = of.number.and_then(|number| newest.get(&number));
            // After a new start of the connection the number may be another address's.
            let newest = newest.filter(|heard| heard.address == of.address);
            let known = || ledger.and_then(|(_, ledger)| ledger.get(of.number?));
            signal(of, newest.or_else(known))
        });
        ProposalView {
            signals: signals.collect(),
            row: self.row(proposal),
            more: count(proposal.signals.len().saturating_sub(SIGNALS)),
        }
    }

    fn row(&self, proposal: &Proposal) -> ProposalRow {
        let connection = self.compiled.plant.connection(proposal.connection.as_str());
        let ledger = self.ledgers.get(&proposal.connection);
        let last = proposal.signals.iter().filter_map(|signal| {
            let (_, ledger) = ledger?;
            Some(ledger.get(signal.number?)?.last)
        });
        row(proposal, connection, last.max())
    }

    /// What fits a query; `looks` are how much was heard by now.
    pub fn view(&self, query: &DiscoveryQuery, looks: &[LedgerLook]) -> DiscoveryView {
        let fitting: Vec<&Proposal> = self
            .proposals
            .iter()
            .filter(|proposal| fits(query, proposal))
            .collect();
        let skip = query.skip as usize;
        let shown: Vec<ProposalRow> = fitting
            .iter()
            .skip(skip)
            .take(PAGE)
            .map(|proposal| self.row(proposal))
            .collect();
        let plant = &self.compiled.plant;
        let signals = self.by_connection.iter().map(|of| of.signals);
        let values = looks.iter().map(|look| look.state.values);
        let places = plant.places.iter();
        let types = plant.types.iter();
        DiscoveryView {
            version: f64::from(self.version),
            found: count(fitting.len()),
            more: count(fitting.len().saturating_sub(skip + shown.len())),
            gone: query
                .ticked
                .iter()
                .filter(|id| !self.by_id.contains_key(*id))
                .cloned()
                .collect(),
            proposals: shown,
            heard_addresses: signals.fold(0, u32::saturating_add),
            heard_values: values.sum::<u64>() as f64,
            by_connection: self.by_connection.clone(),
            by_convention: self.by_convention.clone(),
            ignored: plant.discovery.ignore.clone(),
            left_out: looks
                .iter()
                .filter_map(|look| left_out(look, plant))
                .collect(),
            keeps: span(plant.discovery.keep).into(),
            places: places
                .take(CHOICES)
                .map(|place| choice_of(&place.id, &place.name))
                .collect(),
            types: types
                .take(CHOICES)
                .map(|kind| choice_of(&kind.id, &kind.name))
                .collect(),
        }
    }
}

/// How many proposals there are by connection and by convention.
fn counts(proposals: &[Proposal], plant: &Plant) -> (Vec<ProposalCount>, Vec<ProposalCount>) {
    let zero = |id: &str, name: &str| ProposalCount {
        id: id.to_owned(),
        name: name.to_owned(),
        proposals: 0,
        signals: 0,
    };
    let connections = plant.connections.iter();
    let mut by_connection: Vec<ProposalCount> = connections
        .map(|connection| zero(connection.id.as_str(), &connection.name))
        .collect();
    let at: HashMap<String, usize> = by_connection
        .iter()
        .map(|of| of.id.clone())
        .zip(0..)
        .collect();
    let mut conventions: BTreeMap<&str, ProposalCount> = BTreeMap::new();
    for proposal in proposals {
        let (id, name) = convention_of(proposal);
        let of_convention = conventions.entry(id).or_insert_with(|| zero(id, name));
        let at = at.get(proposal.connection.as_str());
        let of_connection = at.and_then(|at| by_connection.get_mut(*at));
        for of in of_connection.into_iter().chain([of_convention]) {
            of.proposals += 1;
            of.signals += count(proposal.signals.len());
        }
    }
    let mut by_convention: Vec<ProposalCount> = conventions.into_values().collect();
    by_convention.sort_by_key(|of| std::cmp::Reverse(of.proposals));
    (by_connection, by_convention)
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn fits(query: &DiscoveryQuery, proposal: &Proposal) -> bool {
    let of_connection =
        query.connection.is_empty() || query.connection == proposal.connection.as_str();
    let of_convention =
        query.convention.is_empty() || query.convention == convention_of(proposal).0;
    if !of_connection || !of_convention {
        return false;
    }
    let wanted = query.text.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    wanted.is_empty()
        || has(&proposal.asset.name)
        || has(&proposal.asset.id)
        || proposal.asset.path.iter().any(|level| has(level))
        || proposal
            .signals
            .iter()
            .any(|signal| has(&signal.address) || has(&signal.name) || has(&signal.id))
}

/// What of a connection found no room, in words.
fn left_out(look: &LedgerLook, plant: &Plant) -> Option<SaidView> {
    let lost = look.state.left_out;
    let name = plant.connection(look.connection.as_str())?.name.as_str();
    (lost > 0).then(|| {
        said!(
            "discovery-no-room",
            "{name}: {lost} values or descriptions found no room among {count} addresses that nobody has accepted. Accept what \
             is wanted, leave the rest alone, or subscribe to less.",
            name = name,
            lost = lost,
            count = look.state.addresses
        )
        .into()
    })
}

/// A length of time that people wrote, in words; empty: none.
fn span(of: Duration) -> Said {
    let hours = of.micros() / Duration::from_secs(3_600).micros();
    match u64::try_from(hours).unwrap_or(0) {
        0 => Said::default(),
        hours if hours % 24 == 0 => said!(
            "discovery-days",
            "{count} day" | "{count} days",
            count = hours / 24
        ),
        hours => said!(
            "discovery-hours",
            "{count} hour" | "{count} hours",
            count = hours
        ),
    }
}

#[cfg(test)]
mod tests {
    use twin_core::{Quality, SampleRef, SignalKey, ValueKind};
    use twin_discover::{LedgerLimits, Sighting};
    use twin_payload::Convention;

    use super::*;
    use crate::compile::compile;

    const PLANT: &str = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[discovery]\nkeep = \"36h\"\n\
        [[connection]]\nid = \"c\"\nname = \"Station\"\nhost = \"h\"\nsecurity = \"plaintext\"\n\
        subscriptions = [{ filter = \"site/#\" }]\n";

    fn found(heard: u32, room: usize) -> (Found, Vec<LedgerLook>) {
        let mut ledger = Ledger::new(LedgerLimits {
            addresses: room,
            ..LedgerLimits::default()
        });
        for number in 0..heard {
            let name = format!("site/pump-{number}#flow");
            let sample = SampleRef {
                signal: SignalKey(0),
                time: Timestamp(7),
                kind: ValueKind::F64,
                bits: 1.5_f64.to_bits(),
                quality: Quality::GOOD,
                text: None,
            };
            let sighting = Sighting {
                number,
                sample,
                received: Timestamp(9),
                convention: Convention::Json,
            };
            ledger.note(sighting, || name);
        }
        let look = LedgerLook {
            index: 3,
            connection: ConnectionId::from("c"),
            state: ledger.state(),
        };
        let plant = Plant::parse(PLANT).unwrap();
        let written = plant.clone();
        let compiled = Arc::new(compile(plant, &[]));
        let ledgers = vec![(look.clone(), ledger)];
        (Found::make(ledgers, compiled, &written, 1), vec![look])
    }

    #[test]
    fn an_answer_is_bounded_and_says_what_it_leaves_out() {
        let (found, looks) = found(260, 250);
        let query = DiscoveryQuery::default();
        let first = found.view(&query, &looks);
        assert_eq!(
            (first.proposals.len(), first.found, first.more),
            (200, 250, 50)
        );
        assert_eq!((first.heard_addresses, first.heard_values), (250, 250.0));
        assert_eq!(first.by_connection[0].proposals, 250);
        assert!(first.left_out[0].starts_with("Station: 10 values or descriptions"));
        assert_eq!(&*first.keeps, "36 hours");
        let rest = DiscoveryQuery {
            skip: 200,
            ..query.clone()
        };
        let rest = found.view(&rest, &looks);
        assert_eq!((rest.proposals.len(), rest.more), (50, 0));
        let text = "PUMP-24#".to_owned();
        let one = found.view(&DiscoveryQuery { text, ..query }, &looks);
        assert_eq!(
            (one.found, one.proposals[0].asset.name.as_str()),
            (1, "Pump 24")
        );
    }

    #[test]
    fn what_was_ticked_and_is_no_more_is_told_whatever_is_shown() {
        let (found, looks) = found(260, 300);
        let ticked = ["c site/pump-9", "c site/pump-300", "d site/pump-9"];
        let query = DiscoveryQuery {
            text: "nothing has this".into(),
            ticked: ticked.map(str::to_owned).into(),
            ..DiscoveryQuery::default()
        };
        assert_eq!(found.view(&query, &looks).gone, ticked[1..]);
    }

    #[test]
    fn a_proposal_shows_the_newest_of_its_own_addresses_only() {
        let (found, looks) = found(2, 250);
        assert!(found.looks_like(&looks));
        let proposal = found.proposal("c site/pump-1").unwrap();
        assert_eq!(found.numbers(proposal), Some((3, vec![1])));
        let (_, ledger) = &found.ledgers[&ConnectionId::from("c")];
        let newest = |address: &str| Heard {
            value: twin_core::Value::F64(8.5),
            address: address.into(),
            ..ledger.get(1).unwrap().clone()
        };
        let value = |newest| {
            found.view_of(proposal, vec![newest]).signals[0]
                .value
                .clone()
        };
        assert_eq!(value(newest("site/pump-1#flow")).unwrap(), "8.5");
        assert_eq!(value(newest("other#flow")).unwrap(), "1.5");
        let mut later = looks;
        later[0].state.version += 1;
        assert!(!found.looks_like(&later));
    }
}
