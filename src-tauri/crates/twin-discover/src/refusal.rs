//! Why something cannot be accepted, in words.

use twin_core::{Said, said};

/// Longest name, in characters.
pub(crate) const NAME_CHARS: usize = 256;

/// A proposal that is no more.
pub fn unheard() -> Said {
    said!(
        "accept-unheard",
        "This is not heard any more under that name: look at the proposals again."
    )
}

/// What may not name a thing of the plant.
pub(crate) fn no_id(id: &str) -> Said {
    said!(
        "accept-no-id",
        "\"{id}\" is no id: use a-z, 0-9, - and _, and begin with a letter or a digit.",
        id = id
    )
}

/// The type has the signal in this unit.
pub(crate) fn other_unit(kind: &str, id: &str, unit: &str) -> Said {
    match unit {
        "" => said!(
            "accept-no-unit",
            "All assets of the type \"{kind}\" have \"{id}\" without a unit: leave it out, give the signal another id, or \
             the asset another type.",
            kind = kind,
            id = id
        ),
        unit => said!(
            "accept-unit",
            "All assets of the type \"{kind}\" have \"{id}\" in \"{unit}\": keep that unit, give the signal another id, or \
             the asset another type.",
            kind = kind,
            id = id,
            unit = unit
        ),
    }
}

/// The type calls the signal by this name.
pub(crate) fn other_name(kind: &str, id: &str, name: &str) -> Said {
    said!(
        "accept-name",
        "All assets of the type \"{kind}\" call \"{id}\" \"{name}\": keep that name, give the signal another id, or the \
         asset another type.",
        kind = kind,
        id = id,
        name = name
    )
}

/// A name that nobody could read in a list.
pub(crate) fn long_name(id: &str) -> Said {
    said!(
        "accept-long-name",
        "A name has {most} characters at most: shorten that of \"{id}\".",
        most = NAME_CHARS,
        id = id
    )
}
