//! One connection to a device, kept up for ever.

use tokio::sync::mpsc;
use twin_core::Timestamp;

use super::{
    desk::{Desk, End},
    spec::{CoapError, CoapSpec},
};
use crate::{Command, DownReason, InboundSender, LinkState, backoff::Backoff};

/// Reads and observes the resources of a device until it is told to stop, or until either channel is closed by its other
/// end. It speaks the same [`crate::Inbound`] as an MQTT connection: messages are of QoS 0 under the topic
/// [`CoapSpec::topic`], and [`crate::Inbound::Subscribed`] tells which resources answer, again whenever that changes.
///
/// `inbound` is never waited for: what does not fit is dropped and counted. `clock` says when something was received.
/// [`Command::Stop`] cancels the observations within a second; dropping the future leaves them to the device, which
/// notices when its next notification is not acknowledged.
///
/// # Errors
/// If the connection cannot be tried as it is described; then nothing was sent to `inbound`.
pub async fn run<C>(
    spec: CoapSpec,
    inbound: impl Into<InboundSender>,
    mut commands: mpsc::Receiver<Command>,
    clock: C,
) -> Result<(), CoapError>
where
    C: Fn() -> Timestamp,
{
    spec.check()?;
    let (timing, address) = (spec.timing, spec.address());
    let mut desk = Desk::new(spec, inbound.into(), clock);
    let mut backoff = Backoff::new(timing);
    loop {
        desk.link(LinkState::Connecting);
        // On the heap: the future holds a whole datagram, and the caller may well move this one.
        let End::Lost { reason, up_for } = Box::pin(desk.hold(&mut commands)).await else {
            break;
        };
        if up_for.is_some_and(|time| time >= timing.stable_after) {
            backoff.reset();
        }
        tracing::info!(device = %address, %reason, "link down");
        desk.link(LinkState::Down { reason });
        if !desk.wait(backoff.next(rand::random()), &mut commands).await {
            break;
        }
    }
    desk.link(LinkState::Down {
        reason: DownReason::stopped(),
    });
    Ok(())
}
