//! Names of things. String ids are stable for ever and chosen by people; [`SignalKey`] is their short form inside one
//! workspace.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! string_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as written in the plant file.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(s: &str) -> Self {
                $name(s.into())
            }
        }
        impl From<String> for $name {
            fn from(s: String) -> Self {
                $name(s.into())
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

string_id!(
    /// An asset of the plant, such as `pump-2`. A rename of the asset's display name leaves it alone.
    AssetId
);
string_id!(
    /// A signal of an asset: `asset/signal`, such as `pump-2/vibration_de`. History keys on it.
    SignalId
);
string_id!(
    /// A connection to a broker, as named in the plant file.
    ConnectionId
);
string_id!(
    /// An anomaly model, as named in the plant file.
    ModelId
);
string_id!(
    /// An alarm rule: `signal id` + `:` + kind, such as `pump-2/vibration_de:high`.
    RuleId
);
string_id!(
    /// One occurrence of an alarm: rule id + `@` + the source time in microseconds at which it became active. The
    /// same inputs therefore always give the same id.
    OccurrenceId
);

/// The short form of a [`SignalId`] inside one workspace. The historian hands it out once and keeps it for ever, so
/// that it is the same after a restart; it is small and dense, so that tables are indexed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignalKey(pub u32);

impl SignalKey {
    /// As an index into a dense table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
