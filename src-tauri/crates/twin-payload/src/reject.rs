//! Messages that cannot be read.

use std::fmt;

/// Why a message, or a part of it, could not be read: the error type of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {detail}")]
pub struct Reject {
    /// What sort of fault.
    pub kind: RejectKind,
    /// What was found, where, in words.
    pub detail: String,
}

/// Sorts of faults. Their names are stored and counted: never rename one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectKind {
    /// The topic is empty, too long or holds a character that a topic may not have.
    Topic,
    /// The payload is larger than the limit.
    PayloadTooLarge,
    /// The payload, or a text in it, is not UTF-8.
    Utf8,
    /// The payload is text with control characters, so it is some binary format not known here.
    Binary,
    /// It begins like JSON and is not.
    JsonSyntax,
    /// JSON nested deeper than the limit.
    JsonTooDeep,
    /// JSON with more values than the limit.
    JsonTooManyValues,
    /// The Sparkplug payload ends in the middle of a field.
    SparkplugTruncated,
    /// The Sparkplug payload is not the protocol buffer it should be.
    SparkplugMalformed,
    /// The Sparkplug payload has no sequence number, so it may be the beginning of a longer one.
    SparkplugNoSeq,
    /// The Sparkplug birth that says what the message, or some of its metrics, means did not come.
    SparkplugNoBirth,
    /// The topic is in the Sparkplug namespace and not one of its topics.
    SparkplugTopic,
    /// The Sparkplug payload has more metrics than the limit.
    SparkplugTooManyMetrics,
    /// The connection has as many topics as the limit allows.
    TopicLimit,
    /// The connection has as many addresses as the limit allows.
    AddressLimit,
    /// An address would be longer than the limit.
    AddressTooLong,
    /// The connection has as many nodes or devices as the limit allows.
    SourceLimit,
    /// A device describes itself in a way that its convention does not know.
    Description,
    /// A compressed payload is damaged or holds more than the limits allow.
    Inflate,
    /// A SenML pack breaks the rules of RFC 8428.
    SenMl,
    /// The bytes are fewer than the layout asks for, or were not found where it looks for them.
    Layout,
    /// A line of separated values does not have the columns that were set out.
    Csv,
    /// It was read, but for values that became no rows: see [`partly_read`](crate::Observations::partly_read).
    PartlyRead,
}

impl RejectKind {
    /// Every sort.
    pub const ALL: [RejectKind; 23] = [
        RejectKind::Topic,
        RejectKind::PayloadTooLarge,
        RejectKind::Utf8,
        RejectKind::Binary,
        RejectKind::JsonSyntax,
        RejectKind::JsonTooDeep,
        RejectKind::JsonTooManyValues,
        RejectKind::SparkplugTruncated,
        RejectKind::SparkplugMalformed,
        RejectKind::SparkplugNoSeq,
        RejectKind::SparkplugNoBirth,
        RejectKind::SparkplugTopic,
        RejectKind::SparkplugTooManyMetrics,
        RejectKind::TopicLimit,
        RejectKind::AddressLimit,
        RejectKind::AddressTooLong,
        RejectKind::SourceLimit,
        RejectKind::Description,
        RejectKind::Inflate,
        RejectKind::SenMl,
        RejectKind::Layout,
        RejectKind::Csv,
        RejectKind::PartlyRead,
    ];

    /// Short name, as stored and counted.
    pub const fn name(self) -> &'static str {
        match self {
            RejectKind::Topic => "topic",
            RejectKind::PayloadTooLarge => "payload-too-large",
            RejectKind::Utf8 => "utf8",
            RejectKind::Binary => "binary",
            RejectKind::JsonSyntax => "json-syntax",
            RejectKind::JsonTooDeep => "json-too-deep",
            RejectKind::JsonTooManyValues => "json-too-many-values",
            RejectKind::SparkplugTruncated => "sparkplug-truncated",
            RejectKind::SparkplugMalformed => "sparkplug-malformed",
            RejectKind::SparkplugNoSeq => "sparkplug-no-seq",
            RejectKind::SparkplugNoBirth => "sparkplug-no-birth",
            RejectKind::SparkplugTopic => "sparkplug-topic",
            RejectKind::SparkplugTooManyMetrics => "sparkplug-too-many-metrics",
            RejectKind::TopicLimit => "topic-limit",
            RejectKind::AddressLimit => "address-limit",
            RejectKind::AddressTooLong => "address-too-long",
            RejectKind::SourceLimit => "source-limit",
            RejectKind::Description => "description",
            RejectKind::Inflate => "inflate",
            RejectKind::SenMl => "senml",
            RejectKind::Layout => "layout",
            RejectKind::Csv => "csv",
            RejectKind::PartlyRead => "partly-read",
        }
    }
}

impl fmt::Display for RejectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Reject {
    pub(crate) fn new(kind: RejectKind, detail: impl Into<String>) -> Self {
        Reject {
            kind,
            detail: detail.into(),
        }
    }
}

/// That a connection is full, in words: how many it has, and as how many they count where that is more.
pub(crate) fn already(count: usize, shares: usize, what: &str) -> String {
    let long = match shares == count {
        true => String::new(),
        false => format!(", which count as {shares} for their long names"),
    };
    format!("the connection has {count} {what} already{long}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct() {
        for (index, kind) in RejectKind::ALL.iter().enumerate() {
            assert!(
                RejectKind::ALL[..index]
                    .iter()
                    .all(|other| other.name() != kind.name())
            );
        }
    }
}
