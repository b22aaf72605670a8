//! Status codes and times.

use twin_core::{Quality, Reason, Timestamp};

use crate::{stamp, tree::Node};

/// How good a value is: the top two bits of its status code (OPC 10000-4, section 7.39).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    #[default]
    Good,
    Uncertain,
    Bad,
}

impl Severity {
    /// Of a status: a number, `{Code, Symbol}`, or the symbol's text.
    pub(super) fn of(status: Node<'_>) -> Severity {
        let code = status.number().or_else(|| status.number_of("Code"));
        if let Some(code) = code {
            // Some write the 32 bits as a signed number. One beyond 32 bits is no status code; `as` makes it BAD.
            let bits = if code < 0.0 {
                (code as i32).cast_unsigned()
            } else {
                code as u32
            };
            return match bits >> 30 {
                0 => Severity::Good,
                1 => Severity::Uncertain,
                _ => Severity::Bad,
            };
        }
        let symbol = status.text().or_else(|| status.text_of("Symbol"));
        let symbol = symbol.unwrap_or_default();
        if symbol.starts_with("Bad") {
            Severity::Bad
        } else if symbol.starts_with("Uncertain") {
            Severity::Uncertain
        } else {
            Severity::Good
        }
    }

    /// The quality of a value, when the circumstances of its message give it `otherwise`.
    pub(super) fn quality(self, otherwise: Quality) -> Quality {
        match self {
            Severity::Good => otherwise,
            Severity::Uncertain => Quality::uncertain(Reason::DeviceReported),
            Severity::Bad => Quality::bad(Reason::DeviceReported),
        }
    }
}

/// The time under a key. The least time that OPC UA knows means that there is none (OPC 10000-6, section 5.1.4).
pub(super) fn time(node: Node<'_>, key: &str) -> Option<Timestamp> {
    let text = node.text_of(key)?;
    if text.starts_with("0001-01-01") || text.starts_with("1601-01-01") {
        return None;
    }
    stamp::from_rfc3339(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{limits::Limits, tree::Tree};

    #[test]
    fn the_top_two_bits_tell_how_good_a_value_is() {
        for (status, expected) in [
            ("0", Severity::Good),
            ("1083179008", Severity::Uncertain),
            ("2150694912", Severity::Bad),
            ("-2146435072", Severity::Bad),
            ("1e20", Severity::Bad),
            (r#"{"Code":1073741824}"#, Severity::Uncertain),
            (r#"{"Symbol":"BadNoCommunication"}"#, Severity::Bad),
            (r#""UncertainLastUsableValue""#, Severity::Uncertain),
            (r#""Good""#, Severity::Good),
            ("{}", Severity::Good),
        ] {
            let mut tree = Tree::default();
            tree.read(status, &Limits::default()).unwrap();
            assert_eq!(Severity::of(tree.root().unwrap()), expected, "{status}");
        }
    }
}
