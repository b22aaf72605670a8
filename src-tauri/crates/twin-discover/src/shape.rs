//! Where assets stand in topics of which no convention says it: told by the shape of them all.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    heard::Heard,
    ledger::Ledger,
    names::is_quantity,
    place::{Place, parts, without_carrier},
};

/// More values than these are no small part of an asset.
const PART_PATHS: usize = 4;

/// What topics look like as a whole: told before any one of them is judged.
#[derive(Debug, Default)]
pub(crate) struct Shapes<'l> {
    /// Paths heard under each topic.
    paths: HashMap<&'l str, BTreeSet<&'l str>>,
    /// Topics right below each level.
    children: HashMap<&'l str, BTreeSet<&'l str>>,
    /// Levels whose topics are parts of one asset: told once, because each may have as many topics as a plant.
    wholes: HashSet<&'l str>,
}

impl<'l> Shapes<'l> {
    /// Those of everything heard.
    pub(crate) fn of(ledger: &'l Ledger) -> Shapes<'l> {
        let mut shapes = Shapes::default();
        for heard in ledger.heard() {
            let (topic, path) = parts(&heard.address);
            shapes.paths.entry(topic).or_default().insert(path);
            if let Some((parent, _)) = topic.rsplit_once('/') {
                shapes.children.entry(parent).or_default().insert(topic);
            }
        }
        let parents = shapes.children.keys().copied();
        shapes.wholes = parents.filter(|parent| shapes.is_whole(parent)).collect();
        shapes
    }

    /// Where the asset of an address stands.
    pub(crate) fn place(&self, heard: &'l Heard) -> Place<'l> {
        let (topic, path) = parts(&heard.address);
        if path == "value" {
            self.place_of_value(topic)
        } else {
            self.place_of_object(topic)
        }
    }

    /// A topic of one value is a signal: the asset stands above it. But in `temperature/room-1` the last level is the
    /// asset and the one above it the signal.
    fn place_of_value(&self, topic: &'l str) -> Place<'l> {
        let Some((parent, leaf)) = topic.rsplit_once('/') else {
            return Place::guessed(topic);
        };
        let above = parent.rsplit('/').next().unwrap_or(parent);
        if is_quantity(above) && !is_quantity(leaf) {
            return Place {
                key: leaf.into(),
                name: leaf,
                above: parent.rsplit_once('/').map_or("", |(above, _)| above),
                is_guessed: true,
            };
        }
        Place::guessed(without_carrier(parent))
    }

    /// A topic of several values is an asset, unless it is one of several unlike parts of one.
    fn place_of_object(&self, topic: &'l str) -> Place<'l> {
        let asset = without_carrier(topic);
        if asset != topic {
            return Place::guessed(asset);
        }
        let Some((parent, _)) = topic.rsplit_once('/') else {
            return Place::guessed(topic);
        };
        if self.wholes.contains(parent) {
            return Place::guessed(parent);
        }
        Place::guessed(topic)
    }

    /// Whether the topics below a level, if there are several, say different things, so that they are parts of one asset: no path is common
    /// to two of them, and none says much.
    fn is_whole(&self, parent: &str) -> bool {
        let children = self.children.get(parent);
        let Some(children) = children.filter(|of| of.len() > 1 && parent.contains('/')) else {
            return false;
        };
        let mut seen = BTreeSet::new();
        children.iter().all(|child| {
            let paths = self.paths.get(child);
            paths.is_some_and(|paths| {
                paths.len() <= PART_PATHS && paths.iter().all(|path| seen.insert(*path))
            })
        })
    }
}
