//! UCUM codes of display units: a front of [`units`](crate::units).
//!
//! A plant file names a unit as people write it on a screen. Knowing its UCUM code (<https://ucum.org>, case-sensitive)
//! makes it exchangeable; not knowing it is no fault, because a value is never converted in storage.

use crate::units::{Vocabulary, lookup};

/// The UCUM code of a display unit; the empty unit is `1`. None when it is unknown.
pub fn ucum(display: &str) -> Option<&'static str> {
    lookup(display, Vocabulary::Written)?.ucum
}
