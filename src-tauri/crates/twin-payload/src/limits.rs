//! Bounds on what one connection may ask of memory and time.

use twin_core::Duration;

/// Largest payload, when nothing else is said, bytes.
const PAYLOAD_BYTES: usize = 1024 * 1024;
/// Largest content of a compressed payload, bytes, unless a plain one may be larger.
const INFLATED_BYTES: usize = 4 * 1024 * 1024;
/// Largest document of a gateway, bytes, unless any payload may be larger.
const DOCUMENT_BYTES: usize = 8 * 1024 * 1024;
/// Values in a JSON message, whatever its size; each takes some 100 bytes while it is read.
const VALUES_MIN: usize = 4_096;
const VALUES_MAX: usize = 4_194_304;
/// What one of the limit of topics or addresses stands for: memory of the whole program, bytes.
const SHARE_BYTES: usize = 1_024;
/// What a topic with one value takes beside its name, bytes, with room to spare. `tests/tests/flood.rs` counts 640 at the
/// default limit, and 870 at a limit where tables have just grown: there topics of 80 to 100 bytes, and of up to 612, may
/// take a twentieth more than their limit.
const TOPIC_BYTES: usize = 824;
/// How often the name of a topic is held: as such, and in the address of its value.
const TOPIC_NAMES: usize = 2;
/// What an address takes beside its name, which is held once, bytes; counted as above.
const ADDRESS_BYTES: usize = 512;

/// Bounds of a decoder. A message beyond one of them is rejected, or told to be
/// [`partly_read`](crate::Observations::partly_read); nothing is cut off in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest payload, bytes.
    pub payload_bytes: usize,
    /// Largest content of a compressed payload, bytes.
    pub inflated_bytes: usize,
    /// How many times larger than itself the content of a compressed payload may be; not judged below 64 KiB.
    pub inflated_ratio: usize,
    /// Most topics a connection may ever have, Sparkplug's apart. Together, and with a number on each, they take the whole
    /// program at most 1 KiB times this, whatever they are called (a twentieth more at limits where tables have just grown): a name of more than 100 bytes counts as two, of more than 612 as three, and so on.
    pub topics: usize,
    /// Most addresses (values, on all topics together) a connection may ever have. As above, a name of more than 512 bytes
    /// counts as two, of more than 1,536 as three, and so on.
    pub addresses: usize,
    /// Longest address and longest topic, bytes.
    pub address_bytes: usize,
    /// Longest text value, bytes. A longer one is left out, and its message is
    /// [`partly_read`](crate::Observations::partly_read).
    pub text_bytes: usize,
    /// Deepest nesting of JSON objects and arrays; 128 at most, whatever is set.
    pub json_depth: usize,
    /// Most values in one JSON message.
    pub json_values: usize,
    /// Most metrics in one Sparkplug message.
    pub metrics: usize,
    /// Most Sparkplug nodes, Sparkplug devices and other sources, each.
    pub sources: usize,
    /// Most signals that one source may describe.
    pub points: usize,
    /// Largest payload of a document in which a gateway lists its devices, bytes.
    pub document_bytes: usize,
    /// Most values in a document by which devices describe themselves.
    pub document_values: usize,
    /// Longest text in a description, bytes. A longer one is left out, as above.
    pub description_text_bytes: usize,
    /// Most that a convention keeps of what devices say of themselves, bytes of text.
    pub kept_bytes: usize,
    /// Those of Sparkplug alone.
    pub sparkplug: SparkplugLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes: PAYLOAD_BYTES,
            inflated_bytes: INFLATED_BYTES,
            inflated_ratio: 100,
            topics: 100_000,
            // Five a topic. Each takes less memory than a topic may.
            addresses: 500_000,
            address_bytes: 1_024,
            text_bytes: 64 * 1024,
            json_depth: 32,
            json_values: json_values(PAYLOAD_BYTES),
            metrics: 65_536,
            sources: 10_000,
            points: 65_536,
            document_bytes: DOCUMENT_BYTES,
            document_values: 262_144,
            description_text_bytes: 1_024,
            kept_bytes: 16 * 1024 * 1024,
            sparkplug: SparkplugLimits::default(),
        }
    }
}

impl Limits {
    /// The same for payloads of so many bytes: whatever JSON fits into one is read, up to 4,194,304 values, and a
    /// compressed payload or a document may hold as much as a plain one.
    #[must_use]
    pub fn with_payload(mut self, bytes: usize) -> Self {
        self.payload_bytes = bytes;
        self.json_values = json_values(bytes);
        self.inflated_bytes = bytes.max(INFLATED_BYTES);
        self.document_bytes = bytes.max(DOCUMENT_BYTES);
        self.sparkplug.unpacked_bytes = bytes.max(INFLATED_BYTES);
        self
    }
}

/// How many of [`Limits::topics`] a topic counts as, by the length of its name in bytes.
pub(crate) const fn topic_shares(name: usize) -> usize {
    (TOPIC_BYTES + TOPIC_NAMES * name).div_ceil(SHARE_BYTES)
}

/// How many of [`Limits::addresses`] an address counts as, by its length in bytes.
pub(crate) const fn address_shares(name: usize) -> usize {
    (ADDRESS_BYTES + name).div_ceil(SHARE_BYTES)
}

/// The most values that JSON of so many bytes can hold: a digit and a comma each.
const fn json_values(bytes: usize) -> usize {
    let most = bytes / 2;
    if most < VALUES_MIN {
        VALUES_MIN
    } else if most > VALUES_MAX {
        VALUES_MAX
    } else {
        most
    }
}

/// Bounds of the Sparkplug part of a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SparkplugLimits {
    /// How long a message that is missing, or a birth that is missing, is waited for. Not positive: not at all.
    pub reorder: Duration,
    /// Most messages held back on a connection, because the birth that explains them has not come. 0 holds none back:
    /// whoever sets more must keep the acknowledgement of a held message until it is released, ask
    /// [`next_deadline`](crate::Decoder::next_deadline) and [`poll`](crate::Decoder::poll), and stay below a quarter
    /// of the messages that the broker sends unacknowledged.
    pub held: usize,
    /// Most messages held back of one node.
    pub held_node: usize,
    /// Most payload bytes held back of one node.
    pub held_node_bytes: usize,
    /// Most payload bytes held back on a connection.
    pub held_bytes: usize,
    /// Largest payload after unpacking, bytes.
    pub unpacked_bytes: usize,
    /// Most memory for what births say, of all nodes and devices, bytes.
    pub birth_bytes: usize,
    /// Most host applications whose state is kept.
    pub hosts: usize,
}

impl Default for SparkplugLimits {
    fn default() -> Self {
        SparkplugLimits {
            reorder: Duration::from_secs(5),
            held: 0,
            held_node: 64,
            held_node_bytes: 256 * 1024,
            held_bytes: 16 * 1024 * 1024,
            unpacked_bytes: INFLATED_BYTES,
            birth_bytes: 256 * 1024 * 1024,
            hosts: 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_counts_as_more_than_one() {
        assert_eq!(
            [0, 100, 101, 612, 613, 1_024].map(topic_shares),
            [1, 1, 2, 2, 3, 3]
        );
        assert_eq!(
            [0, 512, 513, 1_536, 1_537].map(address_shares),
            [1, 1, 2, 2, 3]
        );
    }
}
