//! What a signal is, out of what was said, seen and named.

use std::sync::Arc;

use twin_core::{Duration, ValueKind, said};
use twin_model::{
    Role,
    units::{self, Vocabulary},
};
use twin_payload::{SourceUnit, UnitVocabulary};

use crate::{
    evidence::{Evidence, Ground},
    group::Member,
    heard::Heard,
    names::{is_carrier, slug, title, unit_suffix},
    place::parts,
};

/// A signal is stale after so many of its usual intervals.
const STALE_INTERVALS: i64 = 5;
/// and never before this,
const STALE_MIN: Duration = Duration::from_secs(10);
/// nor after this.
const STALE_MAX: Duration = Duration::from_secs(2 * 86_400);
/// What holds while nobody knows how often it comes.
const STALE_UNKNOWN: Duration = Duration::from_secs(3_600);
/// Digits that nobody reads on a screen.
const DECIMALS_SHOWN: u8 = 3;

/// Id of a signal whose name has no letter that an id may have.
pub(crate) const NO_NAME: &str = "signal";

/// A signal as it is proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedSignal {
    /// Where its values come from.
    pub address: Arc<str>,
    /// Number of the address in the ledger; none while nothing came.
    pub number: Option<u32>,
    /// Id within its asset.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What it is, as its source says.
    pub description: Option<String>,
    /// Display unit; empty when there is none or it is not known.
    pub unit: String,
    /// What it is.
    pub role: Role,
    /// Least and greatest value that its source says it can have, in its unit.
    pub range: Option<[f64; 2]>,
    /// Digits after the decimal point.
    pub decimals: u8,
    /// Silence after which it is stale.
    pub stale_after: Duration,
    /// Type of its values; null while none came and its source does not say.
    pub kind: ValueKind,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// What a member of a group is proposed as.
pub(crate) fn propose(member: &Member<'_>) -> ProposedSignal {
    let (topic, path) = parts(member.address);
    let mut evidence = Vec::new();
    if let Some(heard) = member.heard {
        evidence.push(seen(heard, topic));
    }
    let (unit, bare) = unit(member, topic, &mut evidence);
    let said = member.point.and_then(|point| point.name.as_deref());
    if let Some(name) = said {
        evidence.push(Evidence::new(
            Ground::Said,
            said!("evidence-name", "name \"{name}\"", name = name),
            topic,
        ));
    }
    let local = bare.unwrap_or_else(|| local_name(member.local));
    let name = said.map_or_else(|| title(&local), str::to_owned);
    let kind = kind(member);
    ProposedSignal {
        address: member.address.into(),
        number: member.heard.map(|heard| heard.number),
        description: member
            .point
            .and_then(|point| point.description.as_deref())
            .filter(|text| !text.trim().is_empty())
            .map(str::to_owned),
        id: slug(&local, NO_NAME),
        name: if name.trim().is_empty() {
            path.to_owned()
        } else {
            name
        },
        unit,
        role: role(member, kind, topic, &mut evidence),
        range: range(member, topic, &mut evidence),
        decimals: member
            .heard
            .map_or(1, |heard| heard.decimals)
            .min(DECIMALS_SHOWN),
        stale_after: stale_after(member.heard),
        kind,
        evidence,
    }
}

fn seen(heard: &Heard, topic: &str) -> Evidence {
    let count = heard.count;
    let text = match (heard.range, heard.kind) {
        (Some([least, greatest]), ValueKind::F64 | ValueKind::I64) if least < greatest => {
            said!(
                "evidence-came-between",
                "came {count} times, {least} to {greatest}",
                count = count,
                least = least.to_string(),
                greatest = greatest.to_string()
            )
        }
        (_, ValueKind::Text) if !heard.more_states && count > 1 => said!(
            "evidence-came-texts",
            "came {count} times: {texts}",
            count = count,
            texts = heard.states.join(", ")
        ),
        _ if count == 1 => said!("evidence-came-once", "came once"),
        _ => said!("evidence-came", "came {count} times", count = count),
    };
    Evidence::new(Ground::Seen, text, topic)
}

/// The display unit, and the name without it when it stood there.
fn unit(
    member: &Member<'_>,
    topic: &str,
    evidence: &mut Vec<Evidence>,
) -> (String, Option<String>) {
    let said = member.point.and_then(|point| point.unit.as_ref());
    if let Some(said) = said {
        let known = units::lookup(&said.text, vocabulary(said));
        let text = match known {
            Some(known) => said!(
                "evidence-unit",
                "unit \"{unit}\"",
                unit = or_one(known.display)
            ),
            None => said!(
                "evidence-unit-unknown",
                "unit \"{unit}\", which is in no table of units",
                unit = &*said.text
            ),
        };
        evidence.push(Evidence::new(Ground::Said, text, topic));
        let display = known.map_or_else(|| said.text.to_string(), |known| known.display.to_owned());
        return (display, None);
    }
    let name = last_level(member.local);
    match unit_suffix(name) {
        Some((unit, rest)) => {
            let text = said!(
                "evidence-unit-name",
                "unit \"{unit}\" at the end of the name \"{name}\"",
                unit = unit,
                name = name
            );
            evidence.push(Evidence::new(Ground::Guessed, text, topic));
            let before = member.local.len() - name.len();
            let levels = member.local.get(..before).unwrap_or_default();
            (
                unit.to_owned(),
                Some(local_name(&format!("{levels}{rest}"))),
            )
        }
        None => (String::new(), None),
    }
}

fn or_one(display: &str) -> &str {
    if display.is_empty() { "1" } else { display }
}

const fn vocabulary(unit: &SourceUnit) -> Vocabulary {
    match unit.vocabulary {
        UnitVocabulary::Written => Vocabulary::Written,
        UnitVocabulary::Ucum => Vocabulary::Ucum,
        UnitVocabulary::Rec20 => Vocabulary::Rec20,
        UnitVocabulary::OpcUa => Vocabulary::OpcUa,
        UnitVocabulary::Sparkplug => Vocabulary::SparkplugEngUnit,
        UnitVocabulary::Homie => Vocabulary::Homie,
        UnitVocabulary::Dtdl => Vocabulary::Dtdl,
        UnitVocabulary::HomeAssistant => Vocabulary::HomeAssistant,
        UnitVocabulary::SenMl => Vocabulary::SenMl,
        UnitVocabulary::Suffix => Vocabulary::Suffix,
    }
}

/// The last part of a local name, where a unit would stand.
fn last_level(local: &str) -> &str {
    let local = local.strip_suffix("#value").unwrap_or(local);
    local.rsplit(['/', '#', '.']).next().unwrap_or(local)
}

/// A local name without the parts that say nothing: the `value` of a bare payload, levels that only carry, and envelopes
/// around decoded values.
fn local_name(local: &str) -> String {
    let local = local.strip_suffix("#value").unwrap_or(local);
    let mut local = local;
    while let Some((level, rest)) = local.split_once(['/', '#']) {
        if !is_carrier(level) {
            break;
        }
        local = rest;
    }
    let envelopes = ["object.", "decoded_payload.", "reported.", "data."];
    let inner = envelopes.iter().find_map(|envelope| {
        let at = local.rfind(['/', '#']).map_or(0, |at| at + 1);
        let path = local.get(at..)?;
        path.strip_prefix(envelope)
            .map(|rest| format!("{}{rest}", local.get(..at).unwrap_or_default()))
    });
    inner.unwrap_or_else(|| local.to_owned())
}

fn kind(member: &Member<'_>) -> ValueKind {
    let heard = member.heard.map(|heard| heard.kind);
    let heard = heard.filter(|kind| *kind != ValueKind::Null);
    let said = member.point.and_then(|point| point.kind);
    heard.or(said).unwrap_or(ValueKind::Null)
}

fn role(member: &Member<'_>, kind: ValueKind, topic: &str, evidence: &mut Vec<Evidence>) -> Role {
    let words = crate::names::words(member.local);
    let is_named = words
        .iter()
        .any(|word| matches!(word.as_str(), "setpoint" | "sp" | "target" | "desired"));
    if is_named {
        let text = said!("evidence-setpoint", "a setpoint by its name");
        evidence.push(Evidence::new(Ground::Guessed, text, topic));
        return Role::Setpoint;
    }
    match kind {
        ValueKind::Bool | ValueKind::Text => Role::State,
        ValueKind::F64 | ValueKind::I64 | ValueKind::Null => Role::Measurement,
    }
}

fn range(member: &Member<'_>, topic: &str, evidence: &mut Vec<Evidence>) -> Option<[f64; 2]> {
    let [least, greatest] = member.point.and_then(|point| point.range)?;
    if !(least.is_finite() && greatest.is_finite() && least < greatest) {
        return None;
    }
    let text = said!(
        "evidence-range",
        "range {least} to {greatest}",
        least = least.to_string(),
        greatest = greatest.to_string()
    );
    evidence.push(Evidence::new(Ground::Said, text, topic));
    Some([least, greatest])
}

/// Some of the usual intervals, rounded up to a number that a person would have written.
fn stale_after(heard: Option<&Heard>) -> Duration {
    let Some(heard) = heard.filter(|heard| heard.count > 1) else {
        return STALE_UNKNOWN;
    };
    let span = heard.last.since(heard.first).micros();
    let gaps = i64::try_from(heard.count - 1).unwrap_or(i64::MAX);
    let wanted = Duration(span / gaps)
        .micros()
        .saturating_mul(STALE_INTERVALS);
    let steps = [
        10, 15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
        172_800,
    ];
    let step = steps
        .into_iter()
        .map(Duration::from_secs)
        .find(|step| step.micros() >= wanted);
    step.unwrap_or(STALE_MAX).max(STALE_MIN)
}
