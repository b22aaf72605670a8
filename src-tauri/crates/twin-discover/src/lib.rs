//! What was heard to proposals: assets, signals, units and types, each with its evidence.
//!
//! A [`Ledger`] keeps what a connection says that no signal of the plant file comes from. [`propose`] reads ledgers and
//! gives [`Proposal`]s: what sources say of themselves first, then what conventions imply, then what names and the
//! shape of topics suggest. Nothing is accepted here: a person does that.
//!
//! No IO, no clock. The same ledgers and plant always give the same proposals.

mod evidence;
mod group;
mod ledger;
mod names;
mod propose;
mod signal;

pub use evidence::{Evidence, Ground};
pub use ledger::{Heard, Ledger, LedgerLimits, Sighting};
pub use propose::{Confidence, Proposal, ProposedAsset, ProposedType, propose};
pub use signal::ProposedSignal;
