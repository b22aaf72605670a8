//! Messages of one connection that could not be read: how many of each reason, and the last example.

use std::collections::BTreeMap;

use twin_historian::Reject;

use crate::api::connection::RejectRow;

/// Characters of a rejected payload that are shown.
const EXCERPT_CHARS: usize = 400;

/// By reason. The reasons are a closed set, so this is bounded.
#[derive(Debug, Default)]
pub struct Rejects(BTreeMap<String, RejectRow>);

impl Rejects {
    /// Counts one more.
    pub fn add(&mut self, reject: &Reject) {
        let count = self.0.get(&reject.reason).map_or(0.0, |row| row.count);
        let row = RejectRow {
            reason: reject.reason.clone(),
            count: count + 1.0,
            last_topic: reject.topic.clone(),
            last_error: reject.detail.clone(),
            last_excerpt: shown(&reject.payload),
            last_at: reject.received.micros() as f64,
        };
        self.0.insert(reject.reason.clone(), row);
    }

    /// How many of all reasons.
    pub fn count(&self) -> u64 {
        self.0.values().map(|row| row.count as u64).sum()
    }

    /// How many of one reason.
    pub fn count_of(&self, reason: &str) -> u64 {
        self.0.get(reason).map_or(0, |row| row.count as u64)
    }

    /// For the UI.
    pub fn rows(&self) -> Vec<RejectRow> {
        self.0.values().cloned().collect()
    }
}

/// The beginning of a payload for a person: text if it is text, else hexadecimal.
fn shown(payload: &[u8]) -> String {
    let is_text = |c: char| !c.is_control() || c == '\n' || c == '\t';
    let head = payload.get(..EXCERPT_CHARS * 4).unwrap_or(payload);
    // A letter may be cut at the end.
    let whole = match std::str::from_utf8(head) {
        Err(error) if error.error_len().is_none() && head.len() < payload.len() => {
            head.get(..error.valid_up_to()).unwrap_or_default()
        }
        _ => head,
    };
    match std::str::from_utf8(whole) {
        Ok(text) if text.chars().all(is_text) => text.chars().take(EXCERPT_CHARS).collect(),
        _ => head
            .iter()
            .take(EXCERPT_CHARS / 3)
            .map(|byte| format!("{byte:02x} "))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_text_and_the_rest_as_bytes() {
        assert_eq!(shown(b"{\"a\": 1}"), "{\"a\": 1}");
        assert_eq!(shown(&[0x12, 0xff]), "12 ff ");
        let long = format!("x{}", "ä".repeat(2_000));
        assert_eq!(shown(long.as_bytes()).chars().count(), EXCERPT_CHARS);
        assert_eq!(shown("ä".as_bytes().split_at(1).0), "c3 ");
    }
}
