//! Proposals as people see them.

use twin_core::{Timestamp, Value, ValueKind};
use twin_discover::{Confidence, Evidence, Ground, Heard, Proposal, ProposedSignal};
use twin_model::{Connection, Role};

use crate::api::{
    discovery::{
        Choice, EvidenceView, Ground as GroundView, ProposalRow, ProposedAssetView,
        ProposedSignalView, Sureness,
    },
    plant::SignalRole,
};

/// Id and name of a proposal's convention.
pub(super) fn convention_of(proposal: &Proposal) -> (&'static str, &'static str) {
    proposal
        .convention
        .map_or(("", ""), |of| (of.name(), of.label()))
}

/// A place or a type of the plant file.
pub(super) fn choice_of(id: &str, name: &str) -> Choice {
    Choice {
        id: id.to_owned(),
        name: name.to_owned(),
        exists: true,
    }
}

/// A proposal without its signals.
pub(super) fn row(
    proposal: &Proposal,
    connection: Option<&Connection>,
    last: Option<Timestamp>,
) -> ProposalRow {
    let (convention, convention_name) = convention_of(proposal);
    let asset = &proposal.asset;
    let heard = proposal.signals.iter().filter(|of| of.number.is_some());
    ProposalRow {
        id: proposal.id.clone(),
        connection: proposal.connection.to_string(),
        connection_name: connection.map_or_else(String::new, |of| of.name.clone()),
        convention: convention.to_owned(),
        convention_name: convention_name.to_owned(),
        sureness: match proposal.confidence {
            Confidence::Sure => Sureness::Sure,
            Confidence::Likely => Sureness::Likely,
            Confidence::Guess => Sureness::Guess,
        },
        asset: ProposedAssetView {
            exists: asset.existing.is_some(),
            id: asset.id.clone(),
            name: asset.name.clone(),
            path: asset.path.clone(),
            place: choice(&asset.place),
            kind: choice(&asset.kind),
            maker: asset.maker.clone(),
            model: asset.model.clone(),
        },
        evidence: evidence(&proposal.evidence),
        signals: u32::try_from(proposal.signals.len()).unwrap_or(u32::MAX),
        heard: u32::try_from(heard.count()).unwrap_or(u32::MAX),
        last_at: last.map(|at| at.micros() as f64),
    }
}

fn choice(of: &twin_discover::Choice) -> Choice {
    Choice {
        id: of.id.clone(),
        name: of.name.clone(),
        exists: of.exists,
    }
}

fn evidence(of: &[Evidence]) -> Vec<EvidenceView> {
    of.iter()
        .map(|of| EvidenceView {
            ground: match of.ground {
                Ground::Said => GroundView::Said,
                Ground::Seen => GroundView::Seen,
                Ground::Guessed => GroundView::Guessed,
            },
            text: (&of.text).into(),
            topic: of.topic.to_string(),
        })
        .collect()
}

/// A signal of a proposal, with what was heard of it.
pub(super) fn signal(of: &ProposedSignal, heard: Option<&Heard>) -> ProposedSignalView {
    let quality = heard.map(|heard| heard.quality).unwrap_or_default();
    let value = heard.map(|heard| &heard.value);
    let is_number = matches!(value, Some(Value::I64(_) | Value::F64(_)));
    ProposedSignalView {
        address: of.address.to_string(),
        id: of.id.clone(),
        name: of.name.clone(),
        unit: of.unit.clone(),
        role: match of.role {
            Role::Measurement => SignalRole::Measurement,
            Role::Setpoint => SignalRole::Setpoint,
            Role::State => SignalRole::State,
            Role::Score => SignalRole::Score,
        },
        kind: kind(of.kind).to_owned(),
        range: of.range,
        seen: heard.and_then(|heard| heard.range).filter(|_| is_number),
        states: heard.map_or_else(Vec::new, |heard| {
            heard.states.iter().map(ToString::to_string).collect()
        }),
        more_states: heard.is_some_and(|heard| heard.more_states),
        decimals: of.decimals,
        value: value.map(value_text),
        number: value.filter(|_| is_number).and_then(Value::as_f64),
        time: heard.map(|heard| heard.time.micros() as f64),
        received: heard.map(|heard| heard.last.micros() as f64),
        status: quality.status as u8,
        reason: quality.reason as u8,
        count: heard.map_or(0.0, |heard| heard.count as f64),
        evidence: evidence(&of.evidence),
    }
}

const fn kind(of: ValueKind) -> &'static str {
    match of {
        ValueKind::Null => "",
        ValueKind::Bool => "on/off",
        ValueKind::I64 => "whole number",
        ValueKind::F64 => "number",
        ValueKind::Text => "text",
    }
}

/// A value as text, exact.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(of) => of.to_string(),
        Value::I64(of) => of.to_string(),
        Value::F64(of) => of.to_string(),
        Value::Text(of) => of.to_string(),
    }
}
