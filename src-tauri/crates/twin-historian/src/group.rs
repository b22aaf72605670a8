//! Signals whose samples go into chunks together, and the memory for them between two steps of compaction.

use std::sync::{Mutex, PoisonError};

use twin_core::SignalKey;

use crate::chunk::Stretch;

/// Signals with their samples.
pub(crate) type Group = Vec<(SignalKey, Stretch)>;

/// The memory of a group between two steps.
#[derive(Default)]
pub(crate) struct GroupMemory(Mutex<Group>);

impl GroupMemory {
    pub(crate) fn take(&self) -> Group {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps what takes no more than `room_max` samples would, without the samples.
    pub(crate) fn put(&self, mut group: Group, room_max: usize) {
        let room: usize = group.iter().map(|(_, of)| of.times.capacity()).sum();
        if room <= room_max {
            group.iter_mut().for_each(|(_, of)| of.clear());
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = group;
        }
    }
}
