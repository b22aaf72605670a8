//! Names of twin files as ids of the plant file.

use std::collections::HashSet;

/// Longest id that is made of a name, in bytes.
const ID_MAX: usize = 100;

/// `RotorSpeed` as `rotor-speed`: small letters, digits, `-` and `_`, a letter or digit first; `fallback` when nothing
/// of the name is left.
pub(crate) fn id_of(name: &str, fallback: &str) -> String {
    let mut id = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        let wanted = letter.to_ascii_lowercase();
        let plain = wanted.is_ascii_lowercase() || wanted.is_ascii_digit();
        let cut = letter.is_ascii_uppercase() && after_small;
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if id.len() >= ID_MAX {
            break;
        }
        if (cut || !plain) && !id.is_empty() && !id.ends_with(['-', '_']) {
            id.push(if letter == '_' { '_' } else { '-' });
        }
        if plain {
            id.push(wanted);
        }
    }
    let id = id.trim_end_matches(['-', '_']);
    match id.is_empty() {
        true => fallback.to_owned(),
        false => id.to_owned(),
    }
}

/// Ids that are taken; makes further ones differ by a number.
#[derive(Debug, Default)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    /// The id itself, or with the first number that makes it new.
    pub(crate) fn new_id(&mut self, id: String) -> String {
        let numbered = (2u32..).map(|number| format!("{id}-{number}"));
        let free = std::iter::once(id.clone())
            .chain(numbered)
            .find(|id| !self.0.contains(id))
            .unwrap_or(id);
        self.0.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        for (name, id) in [
            ("rotorSpeed", "rotor-speed"),
            ("CentrifugalPump", "centrifugal-pump"),
            ("pH_value2", "p-h_value2"),
            ("Temp °C", "temp-c"),
            ("__", "signal"),
            ("Straße", "stra-e"),
        ] {
            assert_eq!(id_of(name, "signal"), id);
        }
        assert!(id_of(&"aB".repeat(500), "signal").len() <= ID_MAX + 2);
    }

    #[test]
    fn ids_differ() {
        let mut taken = Taken::default();
        let ids: Vec<String> = (0..3).map(|_| taken.new_id("speed".into())).collect();
        assert_eq!(ids, ["speed", "speed-2", "speed-3"]);
    }
}
