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
            // A number beyond 32 bits is no status code; `as` makes it BAD.
            return match code as u32 >> 30 {
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
