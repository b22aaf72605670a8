//! One connection, kept up for ever.

use std::sync::Arc;

use tokio::sync::mpsc;
use twin_core::Timestamp;

use crate::{
    Command, ConnectionSpec, DownReason, Error, InboundSender, LinkState, Protocol,
    backoff::Backoff,
    desk::Desk,
    takeover::Takeovers,
    up::End,
    wire::{Wire, v5, v311},
};

/// Connects, subscribes, reads, and connects again until it is told to stop, or until either channel is closed by its
/// other end. Certificate files that cannot be read, like everything else that may pass, are a reason for the link to
/// be down, not an error.
///
/// `inbound` is never waited for; see [`crate::Inbound`] for what happens when it is full. `clock` says when something was
/// received. Dropping the future ends the connection at once: the broker sends its will, and keeps a persistent
/// session with all that was not acknowledged.
///
/// # Errors
/// If the connection cannot be tried as it is described; then nothing was sent to `inbound`.
pub async fn run<C>(
    spec: ConnectionSpec,
    inbound: impl Into<InboundSender>,
    commands: mpsc::Receiver<Command>,
    clock: C,
) -> Result<(), Error>
where
    C: Fn() -> Timestamp,
{
    spec.check()?;
    let inbound = inbound.into();
    // On the heap: the library's futures are large, and the caller may well move this one.
    match spec.protocol {
        Protocol::Mqtt5 => Box::pin(keep::<v5::Reader, C>(spec, inbound, commands, clock)).await,
        Protocol::Mqtt311 => {
            Box::pin(keep::<v311::Reader, C>(spec, inbound, commands, clock)).await
        }
    }
    Ok(())
}

async fn keep<W: Wire, C: Fn() -> Timestamp>(
    spec: ConnectionSpec,
    inbound: InboundSender,
    mut commands: mpsc::Receiver<Command>,
    clock: C,
) {
    let spec = Arc::new(spec);
    let mut desk = Desk::<W, C>::new(Arc::clone(&spec), inbound, clock);
    let mut backoff = Backoff::new(spec.timing);
    let mut takeovers = Takeovers::default();
    loop {
        desk.link(LinkState::Connecting);
        let End::Lost {
            reason,
            ending,
            taken,
        } = desk.hold(&mut commands).await
        else {
            break;
        };
        if ending.is_some_and(|ending| ending.up_for >= spec.timing.stable_after) {
            backoff.reset();
        }
        let suspicion = takeovers.judge(&spec, ending);
        let delay = if taken || suspicion.is_some() {
            tracing::warn!(broker = %spec.address(), client_id = %spec.client_id, "client id taken over");
            desk.distrust_session();
            desk.link(LinkState::TakenOver {
                reason: suspicion.unwrap_or(reason),
            });
            backoff.longest(rand::random())
        } else {
            tracing::info!(broker = %spec.address(), %reason, "link down");
            desk.link(LinkState::Down { reason });
            backoff.next(rand::random())
        };
        if !desk.wait(delay, &mut commands).await {
            break;
        }
    }
    desk.link(LinkState::Down {
        reason: DownReason::stopped(),
    });
    desk.finish().await;
}
