//! Ids that differ.

use std::collections::{HashMap, HashSet};

/// Ids that are taken. Asking a million times for the same id costs no more than asking for a million others.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: HashSet<String>,
    /// Which number to try next behind a wanted id.
    next: HashMap<String, u64>,
}

impl Ids {
    /// With these taken.
    pub(crate) fn of(taken: impl IntoIterator<Item = String>) -> Ids {
        Ids {
            taken: taken.into_iter().collect(),
            next: HashMap::new(),
        }
    }

    /// `wanted`, or the first of `wanted-2`, `wanted-3`... that is free; it is taken from now on.
    pub(crate) fn take(&mut self, wanted: &str) -> String {
        if self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let next = self.next.entry(wanted.to_owned()).or_insert(2);
        loop {
            let id = format!("{wanted}-{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_is_given_twice() {
        let mut ids = Ids::of(["a".to_owned(), "a-2".to_owned()]);
        let given = ["a", "a", "a-3", "b"].map(|wanted| ids.take(wanted));
        assert_eq!(given, ["a-3", "a-4", "a-3-2", "b"]);
    }
}
