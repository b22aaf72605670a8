//! Names that sources gave to their values over many messages.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::limits::Limits;

/// Names kept a source: what is described at once stays small when names come one by one.
const NAMES_MAX: usize = 1_024;

/// What each source said of its values, by path.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    sources: HashMap<Arc<str>, BTreeMap<Arc<str>, Arc<str>>>,
    kept: usize,
}

impl Roster {
    /// Whether this would be news: it is neither known nor beyond the bounds.
    pub(crate) fn is_news(&self, source: &str, path: &str, said: &str, limits: &Limits) -> bool {
        let fits = self.kept < limits.addresses;
        match self.sources.get(source) {
            None => fits && self.sources.len() < limits.sources,
            Some(names) => match names.get(path) {
                Some(known) => **known != *said,
                None => fits && names.len() < NAMES_MAX,
            },
        }
    }

    /// Keeps what a source said of a value.
    pub(crate) fn keep(&mut self, source: &str, path: &str, said: &str) {
        let names = match self.sources.get_mut(source) {
            Some(names) => names,
            None => self.sources.entry(source.into()).or_default(),
        };
        if names.insert(path.into(), said.into()).is_none() {
            self.kept += 1;
        }
    }

    /// Everything that a source said, by path.
    pub(crate) fn of(&self, source: &str) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.sources.get(source).into_iter().flatten()
    }
}
