//! The bridges of a connection and their devices.

use std::{collections::BTreeMap, sync::Arc};

use super::topic::{BASE, Topic};
use crate::{describe::too_many, description::Presence, limits::Limits, reject::Reject};

/// Every bridge that was heard.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) bases: BTreeMap<Arc<str>, Base>,
    /// Devices of all bridges.
    pub(super) devices: usize,
}

/// A bridge.
#[derive(Debug, Default)]
pub(super) struct Base {
    pub(super) presence: Option<Presence>,
    /// By source, `<base>/<friendly name>`.
    pub(super) devices: BTreeMap<Arc<str>, Device>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Device {
    pub(super) presence: Option<Presence>,
    pub(super) listed: Listed,
    /// Of what was last described.
    pub(super) digest: u64,
}

/// In which of its lists a bridge has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Listed {
    /// None so far: it only spoke.
    #[default]
    Nowhere,
    Devices,
    Groups,
}

impl Network {
    /// None when the topic is of no base that is known.
    pub(super) fn topic<'t>(&self, topic: &'t str) -> Option<Topic<'t>> {
        // A base may lie inside another one: the longest is meant.
        let others = self.bases.keys().map(AsRef::as_ref);
        let bases = others.chain([BASE]).filter(|base| {
            let rest = topic.strip_prefix(base);
            rest.is_some_and(|rest| rest.starts_with('/'))
        });
        let base = topic.get(..bases.map(str::len).max()?)?;
        Topic::of(base, topic)
    }

    pub(super) fn base(&mut self, base: &str) -> &mut Base {
        self.bases.entry(base.into()).or_default()
    }

    /// Whether a bridge said that it is not there.
    pub(super) fn is_gone(&self, base: &str) -> bool {
        let base = self.bases.get(base);
        base.is_some_and(|base| base.presence == Some(Presence::Offline))
    }

    /// Notes a device of a bridge.
    pub(super) fn note(
        &mut self,
        base: &str,
        source: &str,
        limits: &Limits,
    ) -> Result<&mut Device, Reject> {
        let known = self
            .bases
            .get(base)
            .is_some_and(|base| base.devices.contains_key(source));
        if !known {
            if self.devices >= limits.sources {
                return Err(too_many(limits));
            }
            self.devices += 1;
        }
        let base = self.base(base);
        if !known {
            base.devices.insert(source.into(), Device::default());
        }
        base.devices.get_mut(source).ok_or_else(|| too_many(limits))
    }
}
