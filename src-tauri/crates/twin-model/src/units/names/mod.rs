//! What the units are called by those who send them.

mod dtdl;
mod senml;
mod written;

pub(super) use self::{dtdl::DTDL, senml::SENML, written::WRITTEN};

/// One letter that people write for several units, and what each would be; alone it says nothing.
pub(super) const SHORT: [(&str, &str); 14] = [
    ("C", "°C"),
    ("C", "C"),
    ("F", "°F"),
    ("F", "F"),
    ("G", "g0"),
    ("G", "G"),
    ("H", "h"),
    ("H", "H"),
    ("M", "m"),
    ("M", "min"),
    ("S", "s"),
    ("S", "S"),
    ("T", "t"),
    ("T", "T"),
];

pub(super) fn is_ambiguous(text: &str) -> bool {
    SHORT.iter().any(|(name, _)| *name == text)
}
