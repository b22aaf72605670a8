//! Keeps configurations, and listens on the topics that they name.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    config::{self, Config},
    topic::Topic,
    watch::{Watch, Watches},
};
use crate::{
    convention::Convention,
    describe::{self, Texts, availability, described, keep, too_many},
    description::{Description, Point},
    json::Flat,
    limits::Limits,
    message::Message,
    reader::{Context, Reader},
    reject::{Reject, RejectKind},
    tree::Tree,
};

/// Reads Home Assistant discovery.
#[derive(Debug, Default)]
pub(crate) struct HomeAssistant {
    /// By topic of the configuration.
    configs: BTreeMap<Arc<str>, Kept>,
    /// Configurations by source.
    sources: HashMap<Arc<str>, usize>,
    /// Sources by topic of their values, with the number of configurations that name it.
    values: HashMap<Arc<str>, (Arc<str>, usize)>,
    watches: Watches,
    /// Points of all configurations.
    points: usize,
    kept: usize,
    tree: Tree,
}

/// What is kept of a configuration.
#[derive(Debug)]
struct Kept {
    source: Arc<str>,
    addresses: Vec<Arc<str>>,
    topics: Vec<Arc<str>>,
    watches: Vec<Watch>,
}

impl Kept {
    fn bytes(&self) -> usize {
        let texts = self.addresses.iter().chain(&self.topics);
        let watches: usize = self.watches.iter().map(Watch::bytes).sum();
        texts.map(|text| text.len()).sum::<usize>() + watches + self.source.len()
    }
}

impl Reader for HomeAssistant {
    fn convention(&self) -> Convention {
        Convention::HomeAssistant
    }

    fn claims(&self, message: &Message<'_>) -> bool {
        self.configs.contains_key(message.topic)
            || Topic::of(message.topic).is_some_and(|topic| topic.is_config(message.payload))
    }

    fn read(&mut self, message: &Message<'_>, context: &mut Context<'_>) -> Result<(), Reject> {
        let Some(topic) = Topic::of(message.topic) else {
            return Ok(());
        };
        if !describe::document(message.payload, context.limits, &mut self.tree)? {
            self.forget(message, context);
            return Ok(());
        }
        let Some(root) = self.tree.root().filter(|root| root.is_object()) else {
            let detail = "a configuration that is no object";
            return Err(Reject::new(RejectKind::Description, detail));
        };
        let mut texts = Texts::new(context.limits);
        let config = config::read(root, topic, message, &mut texts);
        self.check_room(message.topic, &config, context.limits)?;
        context.skip(texts.skipped);
        self.take(config, message, context);
        Ok(())
    }

    fn listens(&self, topic: &str) -> bool {
        self.values.contains_key(topic) || self.watches.has(topic)
    }

    fn hear(&mut self, message: &Message<'_>, first_row: usize, context: &mut Context<'_>) {
        if let Some((source, _)) = self.values.get(message.topic) {
            context.adopt_rows(source, first_row);
        }
        let (topic, payload) = (message.topic, message.payload);
        let limits = context.limits;
        for (source, presence) in self.watches.hear(topic, payload, limits, context.flat) {
            availability(&source, presence, message, context);
        }
    }
}

impl HomeAssistant {
    fn check_room(&self, topic: &str, config: &Config, limits: &Limits) -> Result<(), Reject> {
        let old = self.configs.get(topic);
        if old.is_none() && self.configs.len() >= limits.sources {
            return Err(too_many(limits));
        }
        let old_points = old.map_or(0, |old| old.addresses.len());
        if self.points - old_points + config.description.points.len() > limits.addresses {
            return Err(too_many(limits));
        }
        let (old, new) = (old.map_or(0, Kept::bytes), config.bytes());
        keep(self.kept, old, new, limits).map(drop)
    }

    /// Takes a configuration in place of the one that was on its topic. A value that it names no more is gone.
    fn take(&mut self, config: Config, message: &Message<'_>, context: &mut Context<'_>) {
        let old = self.unregister(message.topic);
        let source = Arc::clone(&config.description.source);
        let points = &config.description.points;
        let kept = Kept {
            source: Arc::clone(&source),
            addresses: points
                .iter()
                .map(|point| Arc::clone(&point.address))
                .collect(),
            topics: config.topics,
            watches: config.watches,
        };
        if let Some(mut old) = old {
            let stays =
                |address: &Arc<str>| old.source == source && kept.addresses.contains(address);
            let addresses = std::mem::take(&mut old.addresses);
            old.addresses = addresses.into_iter().filter(|at| !stays(at)).collect();
            if !old.addresses.is_empty() {
                described(gone(&old, message), context);
            }
        }
        described(config.description, context);
        let listens_anew = kept.topics.iter().any(|topic| !self.listens(topic))
            || kept.watches.iter().any(|watch| !self.listens(&watch.topic));
        self.points += kept.addresses.len();
        self.kept += kept.bytes();
        *self.sources.entry(Arc::clone(&source)).or_default() += 1;
        for topic in &kept.topics {
            let named = self.values.entry(Arc::clone(topic));
            named.or_insert_with(|| (Arc::clone(&source), 0)).1 += 1;
        }
        self.watches.add(&source, config.mode, &kept.watches);
        self.configs.insert(message.topic.into(), kept);
        let heard = context.heard;
        let last = |topic: &str| heard.last(topic);
        let mut flat = Flat::default();
        let found = self
            .watches
            .catch_up(&source, last, context.limits, &mut flat);
        if let Some(presence) = found {
            availability(&source, presence, message, context);
        }
        if listens_anew {
            context.owners_changed();
        }
    }

    /// An empty configuration: what it told of exists no more.
    fn forget(&mut self, message: &Message<'_>, context: &mut Context<'_>) {
        let Some(mut old) = self.unregister(message.topic) else {
            return;
        };
        if !self.sources.contains_key(&old.source) {
            old.addresses.clear();
        } else if old.addresses.is_empty() {
            return;
        }
        described(gone(&old, message), context);
        context.owners_changed();
    }

    fn unregister(&mut self, topic: &str) -> Option<Kept> {
        let old = self.configs.remove(topic)?;
        self.points = self.points.saturating_sub(old.addresses.len());
        self.kept = self.kept.saturating_sub(old.bytes());
        if let Some(count) = self.sources.get_mut(&old.source) {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&old.source);
            }
        }
        for topic in &old.topics {
            if let Some((_, count)) = self.values.get_mut(topic) {
                *count -= 1;
                if *count == 0 {
                    self.values.remove(topic);
                }
            }
        }
        self.watches.remove(&old.source, &old.watches);
        Some(old)
    }
}

impl Config {
    fn bytes(&self) -> usize {
        let points = &self.description.points;
        let addresses = points.iter().map(|point| point.address.len());
        let topics = self.topics.iter().map(|topic| topic.len());
        let watches = self.watches.iter().map(Watch::bytes);
        addresses.chain(topics).chain(watches).sum::<usize>() + self.description.source.len()
    }
}

/// Says that values, or a source with all of them, are no more.
fn gone(old: &Kept, message: &Message<'_>) -> Description {
    let points = old.addresses.iter().map(|address| Point {
        address: Arc::clone(address),
        ..Point::default()
    });
    Description {
        gone: true,
        points: points.collect(),
        ..Description::new(Arc::clone(&old.source), Convention::HomeAssistant, message)
    }
}
