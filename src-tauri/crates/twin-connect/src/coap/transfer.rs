//! The one representation that is being fetched in blocks, and those that wait for it. One at a time, so that all of them
//! together hold no more than one largest representation.

use std::{collections::VecDeque, time::Duration};

use super::{
    block::{Assembly, BlockPart},
    slot::Asked,
};

/// How long all blocks of a representation may take.
const WITHIN: Duration = Duration::from_secs(120);

/// 1,024 bytes, the largest block over UDP; the device may answer with smaller ones.
const FIRST: u32 = 6;

/// A representation of which the first block is there.
#[derive(Debug)]
pub(super) struct Transfer {
    pub(super) slot: usize,
    pub(super) assembly: Assembly,
    /// The block to ask for.
    pub(super) next: BlockPart,
    pub(super) asked: Option<Asked>,
    pub(super) due: Duration,
    pub(super) until: Duration,
}

impl Transfer {
    pub(super) fn new(slot: usize, assembly: Assembly, next: BlockPart, now: Duration) -> Self {
        Transfer {
            slot,
            assembly,
            next,
            asked: None,
            due: now,
            until: now + WITHIN,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    pub(super) active: Option<Transfer>,
    /// Each resource at most once.
    waiting: VecDeque<usize>,
}

impl Transfers {
    /// Whether this resource's blocks are being fetched, or will be.
    pub(super) fn has(&self, slot: usize) -> bool {
        self.active
            .as_ref()
            .is_some_and(|active| active.slot == slot)
            || self.waiting.contains(&slot)
    }

    /// The resource waits for its turn, if it does not yet.
    pub(super) fn wait(&mut self, slot: usize) {
        if !self.waiting.contains(&slot) {
            self.waiting.push_back(slot);
        }
    }

    /// The resource does not need its turn any more.
    pub(super) fn leave(&mut self, slot: usize) {
        self.waiting.retain(|some| *some != slot);
    }

    /// Begins with the next that waits, if none is under way.
    pub(super) fn go_on(&mut self, now: Duration) {
        if self.active.is_none()
            && let Some(slot) = self.waiting.pop_front()
            && let Some(first) = BlockPart::from_option(FIRST)
        {
            self.active = Some(Transfer::new(slot, Assembly::default(), first, now));
        }
    }
}
