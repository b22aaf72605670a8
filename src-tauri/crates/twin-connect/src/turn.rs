//! What one turn of the loop that holds a link brings.

use crate::{
    DownReason,
    wire::{Fault, Got},
};

/// One turn of the loop.
pub(crate) enum Turn<A> {
    Stop,
    Got(Result<Got<A>, Fault>),
    Silent,
    Lost(DownReason),
    /// The consumer has caught up, and what was left to the broker can be fetched.
    CaughtUp,
}
