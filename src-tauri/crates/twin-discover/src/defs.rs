//! Signals of types out of what was accepted.

use twin_model::{AssetType, Role, SignalDef};

use crate::{accepted::AcceptedSignal, signal::ProposedSignal};

/// Signals of a new type that stand on the tile of its assets.
const KEY_SIGNALS: usize = 2;

/// A signal accepted as it is proposed.
pub(crate) fn as_proposed(signal: &ProposedSignal) -> AcceptedSignal {
    AcceptedSignal {
        address: signal.address.to_string(),
        id: signal.id.clone(),
        name: signal.name.clone(),
        unit: signal.unit.clone(),
    }
}

/// A signal of a type as a person wants it.
pub(crate) fn def_of(signal: &AcceptedSignal, proposed: &ProposedSignal) -> SignalDef {
    let is_named = !signal.name.trim().is_empty();
    SignalDef {
        id: signal.id.clone(),
        name: if is_named { &signal.name } else { &signal.id }.clone(),
        description: proposed.description.clone(),
        short_name: None,
        unit: signal.unit.clone(),
        display_unit: None,
        role: proposed.role,
        step: proposed.role != Role::Measurement,
        // It is in the unit that was proposed.
        range: proposed.range.filter(|_| proposed.unit == signal.unit),
        normal: None,
        decimals: proposed.decimals,
        stale_after: proposed.stale_after,
        key: false,
        alarms: Vec::new(),
    }
}

/// What stands on the tiles of a new type: measurements with a unit before those without, before the rest.
pub(crate) fn choose_keys(kind: &mut AssetType) {
    let rank = |def: &SignalDef| match (def.role, def.unit.is_empty()) {
        (Role::Measurement, false) => 0,
        (Role::Measurement, true) => 1,
        _ => 2,
    };
    let mut order: Vec<(u8, usize)> = kind.signals.iter().map(rank).zip(0..).collect();
    order.sort_unstable();
    for (_, at) in order.into_iter().take(KEY_SIGNALS) {
        if let Some(def) = kind.signals.get_mut(at) {
            def.key = true;
        }
    }
}
