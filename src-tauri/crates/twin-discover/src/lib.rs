//! What was heard to proposals: assets, signals, units and types, each with its evidence.
//!
//! A [`Ledger`] keeps what a connection says that no signal of the plant file comes from. [`propose`] reads ledgers and
//! gives [`Proposal`]s: what sources say of themselves first, then what conventions imply, then what names and the
//! shape of topics suggest. A person accepts them: [`change`] says what that changes in a plant file.
//!
//! No IO, no clock. The same ledgers and plant always give the same proposals.

mod accept;
mod accepted;
mod assets;
mod defs;
mod draft;
mod error;
mod evidence;
mod group;
mod heard;
mod ids;
mod ignore;
mod kinds;
mod ledger;
mod names;
mod place;
mod proposal;
mod propose;
mod refusal;
mod shape;
mod signal;

pub use accept::change;
pub use accepted::{AcceptedAsset, AcceptedSignal, Change};
pub use error::{Error, Fault, Field};
pub use evidence::{Evidence, Ground};
pub use heard::{Heard, Sighting};
pub use ignore::filters;
pub use ledger::{Ledger, LedgerLimits, LedgerPart, LedgerState};
pub use proposal::{Choice, Confidence, Proposal, ProposedAsset};
pub use propose::propose;
pub use refusal::unheard;
pub use signal::ProposedSignal;
