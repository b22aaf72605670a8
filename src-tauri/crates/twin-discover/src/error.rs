//! Why something cannot be accepted or left alone.

use std::{fmt, sync::Arc};

use twin_core::{Said, said};

/// Why something cannot be accepted or left alone, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What a person accepted cannot be; holds every fault found.
    #[error("{}", list(.0))]
    Refused(Vec<Fault>),
    /// Its topic carries something else too, and what comes on it cannot be told apart.
    #[error(
        "\"{name}\" cannot be left alone by itself: \"{other}\" comes on its topic \"{topic}\" too, and no entry of [discovery] ignore can tell them apart. Leave the whole topic alone, or neither."
    )]
    Shared {
        /// What was to be left alone.
        name: String,
        /// What else there is.
        other: String,
        /// The topic.
        topic: String,
    },
    /// An asset that a mapping rule made would go with it.
    #[error(
        "\"{name}\" cannot be left alone: its address \"{address}\" feeds the asset \"{asset}\" that a mapping rule made, and what is left alone is left alone on every connection. Narrow the rule first."
    )]
    Fed {
        /// What was to be left alone.
        name: String,
        /// The address.
        address: String,
        /// Id of the asset.
        asset: String,
    },
    /// So many filters would be no list that a person reads.
    #[error(
        "\"{name}\" comes on topics among those of others, and would need {entries} filters: write one that covers it into [discovery] ignore of plant.toml"
    )]
    Scattered {
        /// What was to be left alone.
        name: String,
        /// How many filters.
        entries: usize,
    },
}

/// What of an acceptance is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Id of the proposal; empty when it is about the whole.
    pub proposal: String,
    /// Address of the signal; none when it is about the asset.
    pub address: Option<Arc<str>>,
    /// What of it; none when it is about no field.
    pub field: Option<Field>,
    /// What is wrong and what to do.
    pub message: Said,
}

/// A field that a person fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The id.
    Id,
    /// The display name.
    Name,
    /// The place.
    Place,
    /// The type.
    Type,
    /// The unit.
    Unit,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl Error {
    /// What a person reads: its text, with the id of the catalogue.
    pub fn said(&self) -> Said {
        match self {
            Error::Refused(faults) => list(faults),
            Error::Shared { name, other, topic } => said!(
                "accept-shared",
                "\"{name}\" cannot be left alone by itself: \"{other}\" comes on its topic \"{topic}\" too, and no \
                 entry of [discovery] ignore can tell them apart. Leave the whole topic alone, or neither.",
                name = name.as_str(),
                other = other.as_str(),
                topic = topic.as_str()
            ),
            Error::Fed {
                name,
                address,
                asset,
            } => said!(
                "accept-feeds",
                "\"{name}\" cannot be left alone: its address \"{address}\" feeds the asset \"{asset}\" that a mapping \
                 rule made, and what is left alone is left alone on every connection. Narrow the rule first.",
                name = name.as_str(),
                address = address.as_str(),
                asset = asset.as_str()
            ),
            Error::Scattered { name, entries } => said!(
                "accept-scattered",
                "\"{name}\" comes on topics among those of others, and would need {entries} filters: write one that \
                 covers it into [discovery] ignore of plant.toml",
                name = name.as_str(),
                entries = *entries
            ),
        }
    }
}

/// A person reads so many faults at once.
const LISTED_MAX: usize = 5;

fn list(faults: &[Fault]) -> Said {
    let first = faults.iter().take(LISTED_MAX);
    let said = first.fold(Said::default(), |said, fault| {
        said.and(fault.message.clone())
    });
    let more = faults.len().saturating_sub(LISTED_MAX);
    if more == 0 {
        return said;
    }
    said.and(said!("accept-and-more", "And {more} more.", more = more))
}
