//! Topic filters that cover a proposal and nothing else.

use std::collections::BTreeSet;

use crate::{error::Error, place::parts, proposal::Proposal};

/// More single topics are no list that a person would read.
const TOPICS_MAX: usize = 20;

/// Filters that cover all addresses of a proposal and none of another one on its connection.
///
/// # Errors
/// [`Error::Shared`] and [`Error::Scattered`] when there are no such.
pub fn filters(proposal: &Proposal, all: &[Proposal]) -> Result<Vec<String>, Error> {
    let topics: BTreeSet<&str> = topics(proposal).collect();
    let others = || {
        all.iter()
            .filter(|other| other.connection == proposal.connection && other.id != proposal.id)
    };
    for other in others() {
        if let Some(topic) = self::topics(other).find(|topic| topics.contains(topic)) {
            return Err(Error::Shared {
                name: proposal.asset.name.clone(),
                other: other.asset.name.clone(),
                topic: topic.to_owned(),
            });
        }
    }
    if topics.len() > 1
        && let Some(level) = common_level(&topics)
        && !others().any(|other| self::topics(other).any(|topic| lies_below(topic, level)))
    {
        return Ok(vec![format!("{level}/#")]);
    }
    if topics.len() > TOPICS_MAX {
        return Err(Error::Scattered {
            name: proposal.asset.name.clone(),
            topics: topics.len(),
        });
    }
    Ok(topics.into_iter().map(str::to_owned).collect())
}

fn topics(proposal: &Proposal) -> impl Iterator<Item = &str> {
    let signals = proposal.signals.iter();
    signals.map(|signal| parts(&signal.address).0)
}

/// Whether `level/#` covers a topic.
fn lies_below(topic: &str, level: &str) -> bool {
    let rest = topic.strip_prefix(level);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The levels that all topics begin with. Of a sorted set the first and the last have the least in common.
fn common_level<'t>(topics: &BTreeSet<&'t str>) -> Option<&'t str> {
    let (mut level, last) = (*topics.first()?, *topics.last()?);
    while !lies_below(last, level) {
        (level, _) = level.rsplit_once('/')?;
    }
    (!level.is_empty()).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_level_is_a_whole_level() {
        let level = |topics: &[&'static str]| common_level(&topics.iter().copied().collect());
        assert_eq!(level(&["a/b/c", "a/b/d"]), Some("a/b"));
        assert_eq!(level(&["a/b", "a/b/d", "a/b/e"]), Some("a/b"));
        assert_eq!(level(&["a/bc", "a/bd"]), Some("a"));
        assert_eq!(level(&["a", "b"]), None);
        assert_eq!(level(&["/a", "/b"]), None);
    }
}
