//! What bridges and devices say of their being there.

use crate::{
    bare::{self, Payload},
    description::Presence,
    json::{Flat, TimeNames},
    limits::Limits,
    observations::Cell,
    reject::Reject,
};

/// `online`, `offline`, or either under `state` in an object. Anything else says nothing.
pub(super) fn presence(
    payload: &[u8],
    limits: &Limits,
    flat: &mut Flat,
) -> Result<Option<Presence>, Reject> {
    Ok(
        match bare::read(payload, limits, TimeNames::ZIGBEE, flat)? {
            Payload::Value(Cell::Text(text)) => presence_of(text),
            Payload::Json => flat
                .values()
                .find_map(|value| match (value.path, value.value) {
                    ("state" | "", Cell::Text(text)) => presence_of(text),
                    _ => None,
                }),
            _ => None,
        },
    )
}

fn presence_of(text: &str) -> Option<Presence> {
    match text {
        "online" => Some(Presence::Online),
        "offline" => Some(Presence::Offline),
        _ => None,
    }
}
