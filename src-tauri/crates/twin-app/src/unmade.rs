//! What a plant file may say and this program does not do: said, so that nobody relies on it.

use twin_model::{Discovery, Plant};

/// One sentence for each such thing, in the order of the file.
pub fn unmade(plant: &Plant) -> Vec<String> {
    let mut out = Vec::new();
    if plant.discovery.budget != Discovery::default().budget {
        out.push("discovery: `budget` is not enforced; `keep` bounds how long is kept.".into());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_done_is_said() {
        let text = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n\
                    subscriptions = [{ filter = \"a/#\" }]\nshadows = [\"pump-1\"]\n[discovery]\nbudget = \"200MB\"\n";
        let found = unmade(&Plant::parse(text).unwrap());
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("connection c"), "{found:?}");
        assert!(found[1].contains("budget"), "{found:?}");
    }
}
