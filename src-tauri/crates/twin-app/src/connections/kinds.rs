//! Reasons and risks of connections as sentences: by their kinds, whose names are stable.

use serde::Serialize;
use twin_connect::DownReason;
use twin_core::{Said, Sentence};

use crate::api::{connection::NoticeView, said::SaidView};

/// Words of twin-connect with the id that their kind has in the catalogue: `topic-kind` and what follows.
pub fn said_of<Kind: Serialize>(topic: &str, kind: Kind, follows: &str, words: &str) -> SaidView {
    let mut said = Said::from(words);
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(|name| name.as_str());
    if let (Some(name), [Sentence { id, .. }]) = (name, said.sentences.as_mut_slice()) {
        *id = format!("{topic}-{name}{follows}").into();
    }
    said.into()
}

/// Why a link is down.
pub fn down(reason: &DownReason) -> SaidView {
    said_of("down", reason.kind, "", &reason.message)
}

/// Why a link is down, and what to do about it.
pub fn down_notice(reason: &DownReason) -> NoticeView {
    NoticeView {
        message: down(reason),
        advice: said_of("down", reason.kind, "-advice", &reason.advice),
    }
}

#[cfg(test)]
mod tests {
    use twin_connect::{DownKind, RiskKind};

    use super::*;

    #[test]
    fn a_kind_is_the_id_and_the_words_stay() {
        let said = said_of("down", DownKind::TakenOver, "-advice", "Stop it.");
        assert_eq!(said.text, "Stop it.");
        assert_eq!(said.sentences[0].id, "down-taken-over-advice");
        let risk = said_of("risk", RiskKind::NoRevocationList, "", "None.");
        assert_eq!(risk.sentences[0].id, "risk-no-revocation-list");
    }

    #[test]
    fn without_words_there_is_no_id() {
        assert_eq!(said_of("down", DownKind::Dns, "", ""), SaidView::default());
    }
}
