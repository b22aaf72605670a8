//! When the driver takes messages, and what it knows of an outage of history.

use std::{collections::HashMap, future::poll_fn, task::Poll};

use tokio::{sync::mpsc, time::Instant};
use twin_connect::Inbound;
use twin_core::Said;

use super::{INBOUND_BATCH, burden::Burden, job::Job, source::Source};

/// History cannot be written.
#[derive(Debug)]
pub(super) struct Outage {
    /// What the writer says about it.
    pub text: Said,
}

/// When the driver takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intake {
    /// As soon as the writer has room.
    WithRoom,
    /// At once: what has to be stored waits in memory.
    AtOnce,
    /// Not yet: what waits goes first, as the writer has room.
    Later,
    /// Not now: nothing more can wait.
    Closed,
}

/// Waits for messages, or with [`Intake::Later`] only for room, and then gives none. With [`Intake::WithRoom`] the room
/// comes first: taken in the other order, messages would wait in memory unacknowledged and uncounted.
pub(super) async fn take_messages(
    (jobs, burden): (&mpsc::Sender<Job>, &Burden),
    sources: &mut HashMap<usize, Source>,
    messages: &mut Vec<(usize, Inbound)>,
    intake: Intake,
    rests_until: Instant,
) {
    if intake == Intake::Closed {
        return std::future::pending().await;
    }
    if intake != Intake::AtOnce {
        let Ok(permit) = jobs.reserve().await else {
            return std::future::pending().await;
        };
        drop(permit);
        burden.room().await;
    }
    if intake != Intake::Later {
        tokio::time::sleep_until(rests_until).await;
        // Each connection has an equal part of a turn, so that none can keep the others waiting.
        let part = (INBOUND_BATCH / sources.len().max(1)).max(1);
        poll_fn(|context| {
            for source in sources.values_mut() {
                source.poll_inbox(context, messages, part);
            }
            if messages.is_empty() {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
}
