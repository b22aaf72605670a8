//! Memory used anew for every message.

use super::{raw::RawMetric, topic::SparkplugTopic};
use crate::intern::AddressIx;

/// Memory used anew for every message.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) metrics: Vec<RawMetric>,
    /// What a compressed payload holds.
    pub(crate) unpacked: Vec<u8>,
    /// `group/node` of the message.
    pub(crate) node: String,
    /// The address being made; begins with the part that all of the message's share.
    pub(crate) address: String,
    /// Full name of a member of a template.
    pub(crate) name: String,
    /// Addresses that the message is the first to have.
    pub(crate) fresh: Vec<AddressIx>,
}

/// What is kept of the memory for packed payloads, bytes.
const UNPACKED_KEPT: usize = 64 * 1024;

impl Scratch {
    /// Takes back the memory for what was packed; a large one is not kept.
    pub(crate) fn keep_unpacked(&mut self, mut unpacked: Vec<u8>) {
        unpacked.clear();
        unpacked.shrink_to(UNPACKED_KEPT);
        self.unpacked = unpacked;
    }

    /// Sets `node` and the beginning of `address`.
    pub(crate) fn begin(&mut self, topic: &SparkplugTopic<'_>) {
        self.fresh.clear();
        self.node.clear();
        self.node.push_str(topic.group);
        self.node.push('/');
        self.node.push_str(topic.node);
        self.address.clear();
        self.address.push_str("spBv1.0/");
        self.address.push_str(&self.node);
        if let Some(device) = topic.device {
            self.address.push('/');
            self.address.push_str(device);
        }
        self.address.push('#');
    }
}
