//! Bounds and waiting times.

use std::time::Duration;

/// How many times larger than the payload limit a packet may be that is read at all. A message beyond that is thrown away
/// as it comes, but for its beginning.
const WIRE_FACTOR: usize = 16;
/// Packets up to this size are read in any case, bytes.
const WIRE_MIN: usize = 128 << 10;
/// What MQTT can express at most, bytes.
const MQTT: usize = 268_435_455;

/// How much may come, on average. For one second more may come at once, as much as the figure itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Messages each second; at least 1 is taken.
    pub messages_per_s: u32,
    /// Bytes of topic and payload each second; at least 1 is taken.
    pub bytes_per_s: u64,
}

/// Bounds on what one connection may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages of QoS 1 and 2 the broker may send before the first of them is acknowledged (MQTT 5 tells it so).
    pub receive_maximum: u16,
    /// Largest payload handed on, bytes. A larger one is reported as [`crate::Inbound::Unreadable`] with its beginning.
    pub max_payload: usize,
    /// How much may be held for a consumer that has fallen behind, bytes. What comes beyond is left to the broker,
    /// unacknowledged, and fetched by a new link once the consumer has caught up; on a clean session, where the broker
    /// would not send it again, it is dropped and counted.
    pub max_held: usize,
    /// How much may be handed on. Beyond it messages of QoS 0 are dropped and counted ([`crate::Inbound::Throttled`]);
    /// those of QoS 1 and 2 are held back, up to `max_held`, and so not acknowledged: the broker keeps the rest.
    pub rate: Option<Rate>,
}

/// Silence of a broker that set a keep-alive of 0 after which the link is made anew.
const UNASKED_PATIENCE: Duration = Duration::from_secs(3_600);

/// How long a link may be silent. Without a keep-alive (MQTT 5, 3.2.2.3.14) nothing is asked of the broker, and its silence
/// says little.
pub(crate) const fn patience(keep_alive: Duration) -> Duration {
    if keep_alive.is_zero() {
        UNASKED_PATIENCE
    } else {
        keep_alive.saturating_mul(2)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            receive_maximum: 10_000,
            max_payload: 1 << 20,
            max_held: 64 << 20,
            rate: None,
        }
    }
}

impl Limits {
    /// The largest packet that is read at all, bytes.
    pub(crate) fn wire_limit(&self) -> usize {
        self.max_payload
            .saturating_mul(WIRE_FACTOR)
            .clamp(WIRE_MIN, MQTT)
    }
}

/// Waiting times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the first look at the name until the broker has accepted the client.
    pub connect_timeout: Duration,
    /// Shortest wait before the next attempt.
    pub backoff_min: Duration,
    /// Longest wait before the next attempt.
    pub backoff_max: Duration,
    /// A link that held this long was sound: waiting starts from the shortest again.
    pub stable_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            connect_timeout: Duration::from_secs(15),
            backoff_min: Duration::from_secs(1),
            backoff_max: Duration::from_secs(60),
            stable_after: Duration::from_secs(30),
        }
    }
}
